import type { InferenceSession } from 'onnxruntime-web';
import { checkCancelled, WorkError } from '../../base/errors.ts';
import type { Column, Table } from '../../data/table.ts';
import type { ModelDescription, ModelTools, OpenedModel, TypedInput } from '../flavours/flavour.ts';
import { algorithmOf } from './algorithmOf.ts';
import { answerForm, type Tried } from './answerForm.ts';
import { collectAnswers, labelsOf, scoreColumns, type RunOutputs } from './collectAnswers.ts';
import { columnsFor, feedsOf, type FeedRules } from './feeds.ts';
import { graphInputs, type Slot } from './graphInputs.ts';
import { graphOutputs, type GraphOutputs } from './graphOutputs.ts';
import { loadRuntime, type OnnxRuntime } from './loadRuntime.ts';
import { missingTexts } from './missingTexts.ts';
import { openSession, sentenceOf } from './openSession.ts';
import { openBytes } from './protobuf.ts';
import { readGraph } from './readGraph.ts';

/** Rows that are scored at once: a table of any length needs little memory beside its own. */
const chunkRows = 8192;

/** Opens an ONNX file without refusals. Throws WorkError when ONNX Runtime does not take it. */
export async function openOnnx(file: string, tools: Pick<ModelTools, 'root' | 'log'>): Promise<OpenedModel> {
  using bytes = openBytes(file);
  const graph = readGraph(bytes);
  const { slots, batch, inputs, width } = graphInputs(graph);
  const outputs = graphOutputs(graph);
  const runtime = await loadRuntime(tools.root, tools.log);
  const session = await openSession(file, graph, outputs.zipMaps, runtime);
  const rules: FeedRules = { slots, missing: missingTexts(graph, slots), onRounded: reportOnce(tools.log) };

  let wanted = [...(outputs.label === null ? [] : [outputs.label]), ...outputs.scores];
  const run = async (columns: readonly Column[], names: readonly string[], from: number, to: number) => {
    const filled = batch ?? Math.max(to - from, runtime.leastRows);
    const feeds = feedsOf(rules, columns, names, { from, to, filled });
    try {
      return runOutputs(await session.run(tensorsOf(feeds, runtime), wanted), outputs, to - from, filled);
    } catch (error) {
      throw new WorkError(`${file}: ONNX Runtime ${runtime.version} did not score the rows: ${sentenceOf(error)}`, {
        cause: error,
      });
    }
  };
  const form = answerForm(outputs, await tryRows(run, slots, width, batch));
  if (form.kind !== 'labels') wanted = outputs.scores;
  if (form.kind === 'values' && form.width !== 1) {
    await session.release();
    throw new WorkError(`${file}: the model predicts ${form.width} values a row, and a prediction is one`);
  }
  const description: ModelDescription = {
    algorithm: algorithmOf(graph),
    runtime: `ONNX Runtime ${runtime.version} (${runtime.package === 'onnxruntime-node' ? 'native' : 'WebAssembly'})`,
    inputs,
    width: inputs === null ? width : null,
    kind: outputs.kind,
    classes: outputs.classes,
    scores: form.scores,
    packages: { [runtime.package]: runtime.version },
    warnings: [],
  };
  return {
    description,
    async answer(table: Table, typed: readonly TypedInput[], signal?: AbortSignal) {
      const columns = columnsFor(slots, table, typed);
      const names = typed.map(({ name }) => name);
      const collected = collectAnswers(form, table.rows);
      const step = batch ?? chunkRows;
      for (let from = 0; from < table.rows; from += step) {
        checkCancelled(signal);
        collected.add(await run(columns, names, from, Math.min(from + step, table.rows)));
      }
      return collected.answers();
    },
    close: () => session.release(),
  };
}

function tensorsOf(feeds: ReturnType<typeof feedsOf>, { ort }: OnnxRuntime): InferenceSession.FeedsType {
  return Object.fromEntries(
    feeds.map(({ name, type, elements, dims }) => [name, new ort.Tensor(type, elements, dims)]),
  );
}

function runOutputs(
  tensors: InferenceSession.ReturnType,
  { label, scores }: GraphOutputs,
  rows: number,
  filled: number,
): RunOutputs {
  const elementsOf = (name: string) => tensors[name]?.data ?? [];
  return {
    rows,
    filled,
    label: label === null ? null : { elements: elementsOf(label), isBoolean: tensors[label]?.type === 'bool' },
    scores: scores.map(elementsOf),
  };
}

type Run = (columns: readonly Column[], names: readonly string[], from: number, to: number) => Promise<RunOutputs>;

/** Numbers that are tried, so that scores show whether they are probabilities. They also warm the session up. */
const triedNumbers = [0, 1, -1, 10, -10, 1000];

/** Outputs of made-up rows; null when the graph does not take them. */
async function tryRows(
  run: Run,
  slots: readonly Slot[],
  width: number | null,
  batch: number | null,
): Promise<Tried | null> {
  if (width === null) return null;
  const rows = Math.min(batch ?? triedNumbers.length, triedNumbers.length);
  const columns = slots.flatMap(({ element, width: own }) =>
    Array.from({ length: own ?? 0 }, (_, c): Column =>
      element === 'string'
        ? { kind: 'text', values: Array.from({ length: rows }, () => '') }
        : { kind: 'number', values: Float64Array.from({ length: rows }, (_each, row) => triedNumber(element, row, c)) },
    ),
  );
  try {
    const names = columns.map((_, c) => String(c));
    const tried = await run(columns, names, 0, rows);
    return { labels: labelsOf(tried), scores: scoreColumns(tried) };
  } catch {
    return null;
  }
}

function triedNumber(element: Slot['element'], row: number, column: number): number {
  const value = (triedNumbers[row] ?? 0) * (1 + column / 7);
  return element === 'float32' || element === 'float64' ? value : (row + column) % 2;
}

/** Reports the first number of each column that float32 cannot hold. */
function reportOnce(log: (line: string) => void): FeedRules['onRounded'] {
  const reported = new Set<string>();
  return (name, value) => {
    if (reported.has(name)) return;
    reported.add(name);
    log(`${name}: the model takes float32, in which ${value} is ${Math.fround(value)}.`);
  };
}
