import type { InferenceSession } from 'onnxruntime-web';
import { DataError, WorkError } from '../../base/errors.ts';
import type { Column } from '../../data/table.ts';
import { RowError } from '../rowError.ts';
import type { RunOutputs } from './collectAnswers.ts';
import { feedsOf, type FeedRules } from './feeds.ts';
import type { GraphOutputs } from './graphOutputs.ts';
import type { OnnxRuntime } from './loadRuntime.ts';
import { sentenceOf, severityFatal } from './openSession.ts';

/** Columns of a table in the order of the model, with their names. */
export interface NamedColumns {
  columns: readonly Column[];
  names: readonly string[];
}

/** Runs a graph over rows of a table. */
export interface GraphRunner {
  /** Outputs that are computed; all of them at first. */
  wanted: readonly string[];
  /**
   * Runs rows `from` up to `to`. Throws DataError that names the first row (from 0) that the graph does not take, and
   * WorkError when it has not taken any yet.
   */
  run(table: NamedColumns, from: number, to: number): Promise<RunOutputs>;
}

export function graphRunner(
  session: InferenceSession,
  runtime: OnnxRuntime,
  rules: FeedRules,
  outputs: GraphOutputs,
  batch: number | null,
): GraphRunner {
  let hasScored = false;
  const runOnce = async ({ columns, names }: NamedColumns, from: number, to: number): Promise<RunOutputs> => {
    const filled = batch ?? Math.max(to - from, runtime.leastRows);
    const tensors = Object.fromEntries(
      feedsOf(rules, columns, names, { from, to, filled }).map(({ name, type, elements, dims }) => [
        name,
        new runtime.ort.Tensor(type, elements, dims),
      ]),
    );
    const found = await session.run(tensors, runner.wanted, { logSeverityLevel: severityFatal });
    hasScored = true;
    return runOutputs(found, outputs, to - from, filled);
  };
  const runner: GraphRunner = {
    wanted: [...(outputs.label === null ? [] : [outputs.label]), ...outputs.scores],
    async run(table, from, to) {
      try {
        return await runOnce(table, from, to);
      } catch (error) {
        if (error instanceof DataError) throw error;
        const row = await firstRefused((start, end) => runOnce(table, start, end), from, to);
        const message = `ONNX Runtime ${runtime.version} does not score it: ${sentenceOf(error)}`;
        throw hasScored
          ? new RowError(row, message, { cause: error })
          : new WorkError(`row ${row} of the first rows: ${message}`, { cause: error });
      }
    },
  };
  return runner;
}

/** The first row that fails alone, found by halves. */
async function firstRefused(
  run: (from: number, to: number) => Promise<unknown>,
  from: number,
  to: number,
): Promise<number> {
  let [start, end] = [from, to];
  while (end - start > 1) {
    const middle = Math.floor((start + end) / 2);
    const isTaken = await run(start, middle).then(
      () => true,
      () => false,
    );
    if (isTaken) start = middle;
    else end = middle;
  }
  return start;
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
