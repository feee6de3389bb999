import { extname, join } from 'node:path';
import { modelFiles } from '../modelFiles.ts';
import { openOnnx } from '../onnx/openOnnx.ts';
import { statedByOnnx } from '../onnx/statedByOnnx.ts';
import type { Flavour, ModelFiles } from './flavour.ts';

/** A graph of ONNX, scored by ONNX Runtime in this process: a file, or a folder with one such file and its weights. */
export const onnx: Flavour = {
  name: 'onnx',
  recognise(files) {
    const file = graphIn(files);
    if (file === null) return null;
    return { flavour: 'onnx', path: files.path, stated: statedByOnnx(file, !files.isFolder) };
  },
  async open({ path }, tools) {
    return openOnnx(graphIn(modelFiles(path)) ?? path, tools);
  },
};

/** The absolute path of the one `*.onnx` of a model. A folder of MLflow says by itself what it is. */
function graphIn({ path, isFolder, names }: ModelFiles): string | null {
  const [name, ...more] = names.filter((each) => extname(each).toLowerCase() === '.onnx');
  if (name === undefined || more.length > 0 || names.includes('MLmodel')) return null;
  return isFolder ? join(path, name) : path;
}
