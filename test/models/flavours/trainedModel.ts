import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import type { Column, Table } from '../../../engine/data/table.ts';
import type { RawAnswers, TypedInput } from '../../../engine/models/flavours/flavour.ts';
import type { PythonVenv } from '../../helpers/pythonVenv.ts';

/** A model that Python trained, rows, and what Python alone answers for them. */
export interface TrainedModel {
  path: string;
  /** The rows as a file. */
  parquet: string;
  table: Table;
  inputs: TypedInput[];
  /** The answers when all rows are asked for at once. */
  together: Answers;
}

/** Columns of numbers, or labels. */
export type Answers = Float64Array[] | (string | null)[];

interface Written {
  path: string;
  parquet: string;
  rows: number;
  inputs: { name: string; type: TypedInput['type']; values?: string; texts?: (string | null)[] }[];
  together: WrittenAnswers;
}

interface WrittenAnswers {
  columns?: string[];
  labels?: string[];
}

/** Runs functions of trainedModels.py and returns the models that they made in `folder`. */
export function trainModels<Name extends string>(
  venv: PythonVenv,
  folder: string,
  names: readonly Name[],
): Record<Name, TrainedModel> {
  const script = join(import.meta.dirname, 'trainedModels.py');
  // A module that a pickled model names is in the folder of the project.
  copyFileSync(join(import.meta.dirname, 'dateParts.py'), join(folder, 'dateParts.py'));
  const { status, stderr } = spawnSync(venv.python, [script, folder, ...names], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Object.fromEntries(names.map((name) => [name, readModel(join(folder, `${name}.answers.json`))])) as Record<
    Name,
    TrainedModel
  >;
}

function readModel(path: string): TrainedModel {
  const { rows, inputs, together, ...model } = JSON.parse(readFileSync(path, 'utf8')) as Written;
  return {
    ...model,
    table: {
      rows,
      columns: Object.fromEntries(
        inputs.map(({ name, values, texts }): [string, Column] => [
          name,
          values === undefined ? { kind: 'text', values: texts ?? [] } : { kind: 'number', values: floats(values) },
        ]),
      ),
    },
    inputs: inputs.map(({ name, type }) => ({ name, type })),
    together: answersOf(together),
  };
}

const answersOf = ({ columns, labels }: WrittenAnswers): Answers => labels ?? (columns ?? []).map(floats);

function floats(base64: string): Float64Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float64Array(new Uint8Array(bytes).buffer);
}

/** The columns of numbers or the labels of raw answers. */
export function plainAnswers(answers: RawAnswers): Answers {
  return answers.kind === 'scores' ? answers.columns : answers.kind === 'values' ? [answers.values] : answers.values;
}
