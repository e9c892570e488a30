// The words that the modeler's packages pass to `translate`, or list in their menus, and that our
// dictionary lacks.
// Read from an unminified build, so that only what tree shaking leaves in the bundle counts.
import { build } from 'esbuild';

import zh from '../src/modeler/zh.js';

const literal = String.raw`("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`;
const places = [
  new RegExp(String.raw`(?<!["'${'`'}])\btranslate\d*\(\s*${literal}\s*[,)]`, 'g'),
  new RegExp(String.raw`\blabel\d*: ${literal},\s*(?:search\d*: [^,]*,\s*)?(?:actionName|className)`, 'g'),
  new RegExp(String.raw`\{\s*id: "[\w-]+",\s*name: ${literal}\s*\}`, 'g'),
];

export async function untranslated(options) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: { modeler: 'src/modeler/main.js' },
    outdir: 'unwritten',
    write: false,
    minify: false,
  });
  const script = outputFiles.find(({ path }) => path.endsWith('.js')).text;
  const words = new Set(places.flatMap((place) => [...script.matchAll(place)].map(([, found]) => (0, eval)(found))));
  return [...words].filter((each) => each && !(each in zh)).sort();
}
