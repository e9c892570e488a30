// Builds the browser bundle into app/web/static/dist: hashed names, manifest.json,
// THIRD_PARTY.txt and precompressed copies. Run by `npm run build`.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { thirdPartyNotices } from './bundling/notices.mjs';
import { keepStyleSheetsConstructable } from './bundling/style-mod.mjs';
import { untranslated } from './bundling/untranslated.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(here, '../app/web/static/dist');
const entries = {
  theme: 'src/theme.js',
  app: 'src/app.js',
  viewer: 'src/viewer/main.js',
  modeler: 'src/modeler/main.js',
  definitions: 'src/definitions/main.js',
  inbox: 'src/inbox/main.js',
  task: 'src/task/main.js',
  board: 'src/board/main.js',
};
const pictures = { icons: 'src/icons.svg', icon: 'src/icon.svg' };
const options = {
  absWorkingDir: here,
  bundle: true,
  format: 'esm',
  target: ['chrome109', 'firefox115', 'safari16'],
  // As files, not data URLs: the icon font inlined would make the style sheet five times larger.
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'file', '.svg': 'file' },
  plugins: [keepStyleSheetsConstructable],
  logLevel: 'warning',
};

const missing = await untranslated(options);
if (missing.length) {
  console.error('No Chinese in src/modeler/zh.js for these words of the modeler:');
  for (const words of missing) console.error(`  ${JSON.stringify(words)}`);
  process.exit(1);
}

await rm(target, { recursive: true, force: true });
const bundle = await build({
  ...options,
  entryPoints: entries,
  outdir: target,
  splitting: true,
  minify: true,
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  legalComments: 'none',
  metafile: true,
});
const copies = await build({
  ...options,
  entryPoints: pictures,
  outdir: target,
  loader: { '.svg': 'copy' },
  entryNames: '[name]-[hash]',
  metafile: true,
});

const names = manifest(bundle, entries);
for (const [path, { entryPoint }] of Object.entries(copies.metafile.outputs)) names[file(entryPoint)] = file(path);
await writeFile(join(target, 'manifest.json'), JSON.stringify(names, null, 2) + '\n');
await writeFile(join(target, 'THIRD_PARTY.txt'), await thirdPartyNotices(here, bundle.metafile));
const made = [bundle, copies].flatMap(({ metafile }) => Object.keys(metafile.outputs).map(file));
await Promise.all(made.filter((name) => !/\.woff2?$/.test(name)).map(compress));

/** Entry name → hashed file, and for scripts the chunks that they need at once ("app.js+"). */
function manifest({ metafile: { outputs } }, wanted) {
  const found = {};
  for (const name of Object.keys(wanted)) {
    const [path, output] = Object.entries(outputs).find(([, each]) => each.entryPoint === wanted[name]);
    found[`${name}.js`] = file(path);
    if (output.cssBundle) found[`${name}.css`] = file(output.cssBundle);
    found[`${name}.js+`] = output.imports.filter((each) => each.kind === 'import-statement').map((each) => file(each.path));
  }
  return found;
}

function file(path) {
  return path.split('/').at(-1);
}

async function compress(name) {
  const path = join(target, name);
  const bytes = await readFile(path);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  await writeFile(`${path}.br`, brotliCompressSync(bytes, quality));
}
