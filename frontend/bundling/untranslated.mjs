// The words that the modeler's packages pass to `translate`, and that our dictionary lacks.
// Read from an unminified build, so that only what tree shaking leaves in the bundle counts.
import { build } from 'esbuild';

import zh from '../src/modeler/zh.js';

const call = /(?<!["'`])\btranslate\d*\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*[,)]/g;

export async function untranslated(options) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: { modeler: 'src/modeler/main.js' },
    outdir: 'unwritten',
    write: false,
    minify: false,
  });
  const script = outputFiles.find(({ path }) => path.endsWith('.js')).text;
  const words = new Set([...script.matchAll(call)].map(([, literal]) => (0, eval)(literal)));
  return [...words].filter((each) => each && !(each in zh)).sort();
}
