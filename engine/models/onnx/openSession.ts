import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-web';
import { messageOf, WorkError } from '../../base/errors.ts';
import type { OnnxRuntime } from './loadRuntime.ts';
import type { GraphNode, OnnxGraph } from './readGraph.ts';
import { withoutZipMaps } from './withoutZipMaps.ts';

/** ONNX Runtime throws its errors; it does not print them too. */
export const severityFatal = 4;
/** WebAssembly has 4 GB for all models and for what is computed. */
const mostPortableBytes = 2 ** 31;
const largeBytes = 2 ** 28;

/** Gives a model to ONNX Runtime. Throws WorkError when the files cannot be read or the runtime does not take them. */
export async function openSession(
  file: string,
  { external }: OnnxGraph,
  zipMaps: readonly GraphNode[],
  runtime: OnnxRuntime,
): Promise<InferenceSession> {
  const isNative = runtime.package === 'onnxruntime-node';
  // With more threads the sums of trees depend on the number of rows, and a row has to score the same in any table.
  const options: InferenceSession.SessionOptions = { logSeverityLevel: severityFatal, intraOpNumThreads: 1 };
  const weights = [...external].map((path) => ({ path, file: join(dirname(file), path) }));
  let bytes = 0;
  try {
    for (const each of [file, ...weights.map((weight) => weight.file)]) bytes += (await stat(each)).size;
    if (isNative) return await openNative(file, zipMaps, runtime, options);
    if (bytes >= mostPortableBytes) throw new Error(`it has ${(bytes / 1e9).toFixed(1)} GB.${nativeHint}`);
    const model = await readFile(file);
    const externalData = await Promise.all(
      weights.map(async (weight) => ({ path: weight.path, data: await readFile(weight.file) })),
    );
    const edited = zipMaps.length === 0 ? model : withoutZipMaps(model, zipMaps);
    return await runtime.ort.InferenceSession.create(edited, { ...options, externalData });
  } catch (error) {
    const isLarge = !isNative && bytes >= largeBytes && bytes < mostPortableBytes;
    throw new WorkError(
      `${file}: ONNX Runtime ${runtime.version} does not open the model: ${sentenceOf(error)}${isLarge ? `.${nativeHint}` : ''}`,
      { cause: error, place: { file } },
    );
  }
}

const nativeHint =
  ' WebAssembly takes models up to 2 GB; `npm install --ignore-scripts onnxruntime-node` in the project takes larger ones.';

function openNative(
  file: string,
  zipMaps: readonly GraphNode[],
  { ort }: OnnxRuntime,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  if (zipMaps.length === 0) return ort.InferenceSession.create(file, options);
  // A model from memory looks for its weights in the folder that is named here.
  const extra = { session: { model_external_initializers_file_folder_path: dirname(file) } };
  return readFile(file).then((model) =>
    ort.InferenceSession.create(withoutZipMaps(model, zipMaps), { ...options, extra }),
  );
}

/** The message of ONNX Runtime without its codes and its own source lines. */
export function sentenceOf(error: unknown): string {
  const message = messageOf(error).replace(/^.*ERROR_MESSAGE: /s, '');
  return message.replace(/^\/\S+:\d+ [^\n]*?\) (?=[A-Z])/, '').trim();
}
