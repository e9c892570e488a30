// THIRD_PARTY.txt: every package whose code is in the bundle, with its version and licence text.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export async function thirdPartyNotices(folder, metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/);
    if (found) packages.add(found[0].match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)[0]);
  }
  const head = `The browser bundle of Countersign contains the packages below, and outlines of icons from
@tabler/icons 3.51.0 under the same licence, by the same author, as @tabler/core.
`;
  const notices = await Promise.all([...packages].sort().map((path) => notice(join(folder, path))));
  return [head, ...notices].join(`\n${'-'.repeat(78)}\n`);
}

async function notice(path) {
  const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
  const texts = (await readdir(path)).filter((each) => /^(licen[cs]e|notice|copying)/i.test(each));
  const bodies = await Promise.all(texts.map((each) => readFile(join(path, each), 'utf8')));
  return [`${name} ${version} (${license ?? 'see below'})`, ...bodies].join('\n\n');
}
