// CodeMirror (inside the properties panel) writes <style> elements, which the content security
// policy forbids. It can use constructable style sheets instead, but does so only in shadow roots:
// drop that condition. The build fails when the text is no longer found.
import { readFile } from 'node:fs/promises';

const condition = '!root.head && root.adoptedStyleSheets';

export const keepStyleSheetsConstructable = {
  name: 'style-mod-constructable',
  setup(build) {
    build.onLoad({ filter: /style-mod[\\/]src[\\/]style-mod\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes(condition)) {
        throw new Error(`Expected "${condition}" in ${path}, found none: adapt bundling/style-mod.mjs.`);
      }
      return { contents: source.replace(condition, 'root.adoptedStyleSheets'), loader: 'js' };
    });
  },
};
