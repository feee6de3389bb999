import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-web';
import { messageOf, WorkError } from '../../base/errors.ts';
import type { GraphNode, OnnxGraph } from './readGraph.ts';
import type { OnnxRuntime } from './loadRuntime.ts';
import { withoutZipMaps } from './withoutZipMaps.ts';

const severityError = 3;

/** Gives a model to ONNX Runtime. Throws WorkError when the files cannot be read or the runtime does not take them. */
export async function openSession(
  file: string,
  { external }: OnnxGraph,
  zipMaps: readonly GraphNode[],
  runtime: OnnxRuntime,
): Promise<InferenceSession> {
  const folder = dirname(file);
  const { InferenceSession: sessions } = runtime.ort;
  // With more threads the sums of trees depend on the number of rows, and a row has to score the same in any table.
  const options: InferenceSession.SessionOptions = { logSeverityLevel: severityError, intraOpNumThreads: 1 };
  try {
    if (runtime.package === 'onnxruntime-node') {
      if (zipMaps.length === 0) return await sessions.create(file, options);
      // A model from memory looks for its weights in the folder that is named here.
      const extra = { session: { model_external_initializers_file_folder_path: folder } };
      return await sessions.create(withoutZipMaps(await readFile(file), zipMaps), { ...options, extra });
    }
    const model = await readFile(file);
    const externalData = await Promise.all(
      [...external].map(async (path) => ({ path, data: await readFile(join(folder, path)) })),
    );
    return await sessions.create(zipMaps.length === 0 ? model : withoutZipMaps(model, zipMaps), {
      ...options,
      externalData,
    });
  } catch (error) {
    throw new WorkError(`${file}: ONNX Runtime ${runtime.version} does not open the model: ${sentenceOf(error)}`, {
      cause: error,
      place: { file },
    });
  }
}

/** The message of ONNX Runtime without its codes and its own source lines. */
export function sentenceOf(error: unknown): string {
  const message = messageOf(error).replace(/^.*ERROR_MESSAGE: /s, '');
  return message.replace(/^\/\S+:\d+ [^\n]*?\) (?=[A-Z])/, '').trim();
}
