import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { OpenedModel, TypedInput } from '../../../engine/models/flavours/flavour.ts';
import { recogniseModel } from '../../../engine/models/flavours/flavours.ts';
import { openWorkerModel } from '../../../engine/models/worker/openWorkerModel.ts';
import type { PoolLimits } from '../../../engine/models/worker/workerPool.ts';
import type { Table } from '../../../engine/data/table.ts';
import { toolsIn } from '../flavours/flavourParity.ts';
import { modelsVenv } from '../modelsVenv.ts';

export const inputs: TypedInput[] = [{ name: 'x', type: 'number' }];

/** A table with one column of numbers, `x`. */
export function rowsOf(...x: number[]): Table {
  return { rows: x.length, columns: { x: { kind: 'number', values: Float64Array.from(x) } } };
}

export interface OwnModel extends OpenedModel {
  folder: string;
  /** The lines that the model printed. */
  log: string[];
  /** Answers for values of `x`. */
  values(...x: number[]): Promise<number[]>;
}

/** Writes the function `predict` of a Python file and opens it. The test closes it. */
export async function ownModel(t: TestContext, code: string, limits: Partial<PoolLimits> = {}): Promise<OwnModel> {
  const problem = modelsVenv.prepare();
  if (problem !== null) throw new Error(problem);
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-worker-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'tmp'));
  const path = join(folder, 'model.py');
  writeFileSync(path, code);
  const model = recogniseModel(`${path}:predict`);
  if (!model) throw new Error('the model was not recognised');
  const log: string[] = [];
  const opened = await openWorkerModel(
    model,
    { opener: 'python', path, options: { object: 'predict' } },
    toolsIn(folder, modelsVenv, (line) => log.push(line)),
    { limits },
  );
  t.after(() => opened.close());
  return {
    ...opened,
    folder,
    log,
    async values(...x) {
      const answers = await opened.answer(rowsOf(...x), inputs);
      if (answers.kind !== 'values') throw new Error(`the model gave ${answers.kind}`);
      return [...answers.values];
    },
  };
}
