import { setImmediate } from 'node:timers/promises';
import { checkCancelled, DataError, messageOf, WorkError } from '../../base/errors.ts';
import type { ModelTools, OpenedModel } from '../flavours/flavour.ts';
import { algorithmOf } from './algorithmOf.ts';
import { answerForm } from './answerForm.ts';
import { collectAnswers } from './collectAnswers.ts';
import { columnsFor } from './feeds.ts';
import { graphInputs } from './graphInputs.ts';
import { graphOutputs } from './graphOutputs.ts';
import { loadRuntime } from './loadRuntime.ts';
import { openSession } from './openSession.ts';
import { openBytes } from './protobuf.ts';
import { readGraph, type OnnxGraph } from './readGraph.ts';
import { graphRunner } from './runGraph.ts';
import { textColumns } from './textColumns.ts';
import { tryRows } from './tryRows.ts';

/** Rows that are scored at once: a table of any length needs little memory beside its own. */
const chunkRows = 8192;

/**
 * Opens an ONNX file for which `statedByOnnx` has no refusals. Throws DataError when it cannot be
 * read, and WorkError when ONNX Runtime does not take it.
 */
export async function openOnnx(file: string, tools: Pick<ModelTools, 'root' | 'log'>): Promise<OpenedModel> {
  const graph = graphOf(file);
  const given = graphInputs(graph);
  const { slots, batch, inputs, width } = given;
  const outputs = graphOutputs(graph);
  const runtime = await loadRuntime(tools.root, tools.log);
  const session = await openSession(file, graph, outputs.zipMaps, runtime);
  const texts = textColumns(graph, slots);
  const runner = graphRunner(session, runtime, { slots, texts, onRounded: reportOnce(tools.log) }, outputs, batch);
  const form = answerForm(outputs, await tryRows(runner, given, texts));
  if (form.kind !== 'labels') runner.wanted = outputs.scores;
  if (form.kind === 'values' && form.width !== 1) {
    await session.release();
    throw new WorkError(`${file}: the model predicts ${form.width} values a row, and a prediction is one`, {
      place: { file },
    });
  }
  return {
    description: {
      algorithm: algorithmOf(graph),
      runtime: `ONNX Runtime ${runtime.version} (${runtime.package === 'onnxruntime-node' ? 'native' : 'WebAssembly'})`,
      inputs,
      width: inputs === null ? width : null,
      kind: outputs.kind,
      classes: outputs.classes,
      scores: form.scores,
      packages: { [runtime.package]: runtime.version },
      warnings: [],
    },
    async answer(table, typed, signal) {
      const columns = { columns: columnsFor(slots, table, typed), names: typed.map(({ name }) => name) };
      const collected = collectAnswers(form, table.rows);
      const step = batch ?? chunkRows;
      for (let from = 0; from < table.rows; from += step) {
        // A chunk holds the thread; other requests have their turn between two of them.
        if (from > 0) await setImmediate();
        checkCancelled(signal);
        collected.add(await runner.run(columns, from, Math.min(from + step, table.rows)));
      }
      return collected.answers();
    },
    close: () => session.release(),
  };
}

function graphOf(file: string): OnnxGraph {
  try {
    using bytes = openBytes(file);
    return readGraph(bytes);
  } catch (error) {
    throw new DataError(`${file}: the file is missing, no ONNX model or cut short: ${messageOf(error)}`, {
      cause: error,
      place: { file },
    });
  }
}

/** Reports the first whole number of each column that float32 cannot hold. */
function reportOnce(log: (line: string) => void): (name: string, value: number) => void {
  const reported = new Set<string>();
  return (name, value) => {
    if (reported.has(name)) return;
    reported.add(name);
    log(`${name}: the model takes float32, in which ${value} is ${Math.fround(value)}.`);
  };
}
