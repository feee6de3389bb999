import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import type { ModelTools, OpenedModel } from '../../../engine/models/flavours/flavour.ts';
import { openModel } from '../../../engine/models/openModel.ts';
import { sliceTable } from '../../../engine/models/sliceTable.ts';
import type { PythonVenv } from '../../helpers/pythonVenv.ts';
import { plainAnswers, type Answers, type TrainedModel } from './trainedModel.ts';

const temp = mkdtempSync(join(tmpdir(), 'loopwright-answers-'));
after(() => rmSync(temp, { recursive: true, force: true }));

/** Returns the means for opening a model in a folder with this Python, which imports modules of the tests too. */
export function toolsIn(root: string, { python }: PythonVenv, log: (line: string) => void = () => {}): ModelTools {
  return {
    root,
    temp,
    python: () => ({ path: python, environment: null, why: 'for tests' }),
    namesPython: true,
    log,
  };
}

/**
 * Opens a model and checks that all ways to ask it give the bits that Python alone gives. With a tolerance, rows that
 * are asked for by themselves may differ by this share: the kernels of some libraries for one row and for many do.
 */
export async function answersAsPython(
  trained: TrainedModel,
  tools: ModelTools,
  tolerance = 0,
): Promise<OpenedModel['description']> {
  const { opened } = await openModel(trained.path, tools);
  try {
    const { table, inputs } = trained;
    assert.deepEqual(bits(plainAnswers(await opened.answer(table, inputs))), bits(trained.together), 'rows together');
    for (let at = 0; at < table.rows; at++) {
      const found = await opened.answer(sliceTable(table, at, at + 1), inputs);
      const [ours, theirs] = [plainAnswers(found), rowOf(trained.together, at)];
      if (!isNear(ours, theirs, tolerance)) assert.deepEqual(bits(ours), bits(theirs), `row ${at} alone`);
    }
    const output = join(tools.temp, `answers-${inputs.length}.parquet`);
    let rows = 0;
    await opened.answerFile?.({ input: trained.parquet, output, inputs, onRows: (done) => (rows = done) });
    assert.equal(rows, table.rows);
    assert.deepEqual(bits(await readAnswers(output)), bits(trained.together), 'rows of a file');
    return opened.description;
  } finally {
    await opened.close();
  }
}

function isNear(ours: Answers, theirs: Answers, tolerance: number): boolean {
  return (
    tolerance > 0 &&
    ours.length === theirs.length &&
    ours.every((column, i) => {
      const [a, b] = [column, theirs[i]].map((one) =>
        one instanceof Float64Array ? (one[0] ?? Number.NaN) : Number.NaN,
      );
      return a !== undefined && b !== undefined && Math.abs(a - b) <= tolerance * Math.abs(b);
    })
  );
}

function rowOf(answers: Answers, at: number): Answers {
  const columns = answers.filter((column) => column instanceof Float64Array);
  return columns.length > 0
    ? columns.map((column) => column.subarray(at, at + 1))
    : (answers as (string | null)[]).slice(at, at + 1);
}

async function readAnswers(path: string): Promise<Answers> {
  return withDatabase(undefined, async (db) => {
    const { columns } = await db.table(`SELECT * FROM '${path}'`);
    const found = Object.values(columns);
    const [first] = found;
    if (first?.kind === 'text') return first.values;
    return found.map(({ values }) => values as Float64Array);
  });
}

/** Numbers as texts of their bits, so that -0 differs from 0. */
export function bits(answers: Answers): unknown[] {
  return answers.map((column) =>
    column instanceof Float64Array
      ? Array.from(new BigUint64Array(column.slice().buffer), (word) => word.toString(16)).join(' ')
      : column,
  );
}
