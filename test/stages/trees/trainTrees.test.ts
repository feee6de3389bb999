import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pointsAfterStep } from '../../../engine/tracking/metricPoints.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runIn, type ProjectRunner } from '../../helpers/runIn.ts';
import { modelsVenv } from '../../models/modelsVenv.ts';

const why = modelsVenv.prepare();
if (why !== null) throw new Error(why);

const here = import.meta.dirname;
const types: Record<string, string> = {
  amount: 'number',
  hour: 'integer',
  visits: 'integer',
  country: 'string',
  known: 'boolean',
  asked: 'boolean',
  id: 'string',
  same: 'number',
  empty: 'number',
  empty_text: 'string',
};

interface Data {
  table: string;
  target: string;
  type: string;
  features: readonly string[];
  positive?: string;
}

/** A project with one train stage over a table that Python writes. */
function treesProject(data: Data, inputs: string): ProjectRunner {
  const { table, target, type, features, positive } = data;
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: trees\nseed: 3\npython: ${modelsVenv.python}\ndatasets: { features: { path: data/features.parquet, schema: schemas/features.dataset.yaml } }\nstages:\n  train: { uses: train, with: { data: features, ${inputs} } }\n`,
    'schemas/features.dataset.yaml': `fields:\n${features.map((name) => `  - { name: ${name}, type: ${types[name] ?? 'number'}, loopwright: { role: feature } }\n`).join('')}  - { name: ${target}, type: ${type}, loopwright: { role: target${positive === undefined ? '' : `, positive: ${positive}`} } }\n`,
  });
  execFileSync(modelsVenv.python, [join(here, 'makeData.py'), table, root]);
  return runIn(root);
}

const modelOf = (project: ProjectRunner, runId: string | null | undefined) =>
  join(project.root, '.loopwright/artifacts', runId ?? '', 'model-train');

const real = {
  breast_cancer: {
    table: 'breast_cancer',
    task: 'binary',
    target: 'target',
    type: 'integer',
    positive: '1',
    features: ['mean', 'error', 'worst'].flatMap((kind) =>
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
  },
  wine: {
    table: 'wine',
    task: 'multiclass',
    target: 'target',
    type: 'integer, categories: [0, 1, 2]',
    features: [
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
    ],
  },
  diabetes: {
    table: 'diabetes',
    task: 'regression',
    target: 'target',
    type: 'number',
    features: ['age', 'sex', 'bmi', 'bp', 's1', 's2', 's3', 's4', 's5', 's6'],
  },
} satisfies Record<string, Data & { task: string }>;

const kinds = ['lightgbm', 'xgboost', 'scikit-learn', 'random_forest'] as const;

interface ByHand {
  equal: boolean;
  spread: number;
  labels: boolean;
  best: number;
  loss: number | null;
}

test('each library gives the very scores of the estimator trained by hand', { timeout: 600_000 }, async () => {
  const trained: {
    data: Data & { task: string };
    kind: string;
    project: ProjectRunner;
    runId: string;
    summary: string;
  }[] = [];
  for (const data of Object.values(real)) {
    for (const kind of kinds) {
      const project = treesProject(
        data,
        kind === 'random_forest' ? 'model: random_forest' : `model: boosted_trees, library: ${kind}`,
      );
      const { error, runId, stages } = await project.run();
      assert.equal(error, null, error?.message);
      trained.push({ data, kind, project, runId: runId ?? '', summary: stages[0]?.summary ?? '' });
    }
  }
  const found = JSON.parse(
    modelsVenv.run(
      join(here, 'byHand.py'),
      JSON.stringify(
        trained.map(({ data, kind, project, runId }) => ({
          data: join(project.root, 'data/features.parquet'),
          model: modelOf(project, runId),
          features: data.features,
          target: data.target,
          task: data.task,
          kind,
        })),
      ),
    ),
  ) as ByHand[];
  assert.equal(found.length, 12);
  for (const [i, { equal, spread, labels, best, loss }] of found.entries()) {
    const own = trained[i];
    assert.ok(own);
    const { data, kind, project, runId, summary } = own;
    const name = `${kind} on ${data.table}`;
    assert.deepEqual([equal, labels], [true, true], name);
    assert.ok(spread > 0.3, 'the scores differ from row to row');
    assert.match(
      summary,
      kind === 'random_forest' ? /^\d+ rows · 200 trees · scikit-learn / : new RegExp(`· best iteration ${best} · `),
    );
    if (loss === null) continue;
    const series = pointsAfterStep(project.store, runId, 'validation_loss', 0);
    const logged = series.find(({ step }) => step === best)?.value ?? Number.NaN;
    assert.ok(Math.abs(logged - loss) <= 1e-6 * loss, `${name}: ${logged} is ${loss}`);
  }
});
