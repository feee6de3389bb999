import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeProject, writeFiles } from '../../helpers/makeProject.ts';
import { runIn, type ProjectRunner } from '../../helpers/runIn.ts';
import { modelsVenv } from '../../models/modelsVenv.ts';

const why = modelsVenv.prepare();
if (why !== null) throw new Error(why);

/** The features and targets of each table that `makeData.py` writes, as fields of a schema. */
const tables: Record<string, { features: Record<string, string>; targets: Record<string, string> }> = {
  breast_cancer: {
    features: numbers(
      ['mean', 'error', 'worst'].flatMap((kind) =>
        [
          'radius',
          'texture',
          'perimeter',
          'area',
          'smoothness',
          'compactness',
          'concavity',
          'concave_points',
          'symmetry',
          'fractal_dimension',
        ].map((name) => (kind === 'error' ? `${name}_error` : `${kind}_${name}`)),
      ),
    ),
    targets: { target: 'type: integer, loopwright: { positive: 1 }' },
  },
  wine: {
    features: numbers([
      'alcohol',
      'malic_acid',
      'ash',
      'alcalinity_of_ash',
      'magnesium',
      'total_phenols',
      'flavanoids',
      'nonflavanoid_phenols',
      'proanthocyanins',
      'color_intensity',
      'hue',
      'proline',
    ]),
    targets: { target: 'type: integer, categories: [0, 1, 2]' },
  },
  diabetes: {
    features: numbers(['age', 'sex', 'bmi', 'bp', 's1', 's2', 's3', 's4', 's5', 's6']),
    targets: { target: 'type: number' },
  },
  mixed: {
    features: {
      amount: 'type: number',
      hour: 'type: integer',
      visits: 'type: integer',
      country: 'type: string',
      known: 'type: boolean',
      asked: 'type: boolean',
      id: 'type: string',
      same: 'type: number',
      empty: 'type: number',
      empty_text: 'type: string',
    },
    targets: {
      flag: 'type: boolean',
      word: 'type: string, categories: [in time, late], loopwright: { positive: late }',
      digit: 'type: integer, loopwright: { positive: 1 }',
      grade: 'type: string, categories: [low, middle, high, rare]',
      value: 'type: number',
    },
  },
  huge: { features: numbers(['amount']), targets: { flag: 'type: boolean' } },
  wide: {
    features: numbers(Array.from({ length: 300 }, (_, i) => `x${i}`)),
    targets: { target: 'type: integer, loopwright: { positive: 1 }' },
  },
};

function numbers(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, 'type: number']));
}

export interface TrainedStage {
  name: string;
  target: string;
  /** Further inputs, in YAML. */
  inputs: string;
}

/** A project of train stages over a table that Python writes. */
export function treesProject(
  table: string,
  stages: readonly TrainedStage[],
  {
    python = modelsVenv.python,
    env_file,
    ...files
  }: { python?: string; env_file?: string } & Record<string, string> = {},
): ProjectRunner {
  const fields = tables[table];
  assert.ok(fields);
  const lines = (of: Record<string, string>) =>
    Object.entries(of)
      .map(([name, field]) => `  - { name: ${name}, ${field} }\n`)
      .join('');
  const features = `[${Object.keys(fields.features).join(', ')}]`;
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: trees\nseed: 3\npython: ${'tools/python' in files ? 'tools/python' : python}\n${env_file === undefined ? '' : `env_file: ${env_file}\n`}datasets: { features: { path: data/features.parquet, schema: schemas/features.dataset.yaml } }\nstages:\n${stages
      .map(
        ({ name, target, inputs }) =>
          `  ${name}: { uses: train, with: { data: features, target: ${target}, ${inputs.includes('features:') ? '' : `features: ${features}, `}${inputs} } }\n`,
      )
      .join('')}`,
    'schemas/features.dataset.yaml': `fields:\n${lines(fields.features)}${lines(fields.targets)}`,
    ...files,
  });
  writeFiles(root, { 'data/features.parquet': madeTable(table, root) });
  return runIn(root);
}

const made = new Map<string, Buffer>();

/** A table, which Python makes once: its start takes longer than all else. */
function madeTable(table: string, root: string): Buffer {
  let parquet = made.get(table);
  if (parquet === undefined) {
    execFileSync(modelsVenv.python, [join(import.meta.dirname, 'makeData.py'), table, root]);
    parquet = readFileSync(join(root, 'data/features.parquet'));
    made.set(table, parquet);
  }
  return parquet;
}

/** The features of a table. */
export function featuresOf(table: string): string[] {
  return Object.keys(tables[table]?.features ?? {});
}

/** The folder of the model that a stage of a run made. */
export function modelOf(project: ProjectRunner, runId: string | null | undefined, stage: string): string {
  return join(project.root, '.loopwright/artifacts', runId ?? '', `model-${stage}`);
}
