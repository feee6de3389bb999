import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { withDatabase } from '../../engine/data/withDatabase.ts';
import type { RunOutcome } from '../../engine/runner/runRequest.ts';
import { modelsVenv } from '../models/modelsVenv.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersStart } from '../helpers/ordersProject.ts';
import { pythonOrdersProject } from '../helpers/pythonOrders.ts';
import { runCli, runJson, startCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

// A model that somebody's own program trained with scikit-learn and logged through MLflow, through the whole life by
// the commands that a person uses. Each test continues where the one before ended.

const cwd = pythonOrdersProject();
const yaml = join(cwd, 'loopwright.yaml');
writeFileSync(
  yaml,
  readFileSync(yaml, 'utf8').replace(
    'min_precision: 0.6 }',
    'min_precision: 0.6, robustness: { rows: 100, invariant_to: [country], increasing: [amount] } }',
  ),
);
const day = 86_400_000;
const cli = async (...args: string[]) => {
  const result = await runCli(args, { cwd });
  assert.equal(result.code, 0, `${args.join(' ')}: ${result.out}${result.err}`);
  return result.out;
};
const json = async <T>(...args: string[]): Promise<T> => {
  const { code, json: printed, err } = await runJson<T>(args, { cwd });
  assert.equal(code, 0, `${args.join(' ')}: ${err}`);
  return printed;
};
const fresh = orders({ rows: 60, firstDay: 62, days: 1, prefix: 'n' });
const rowsOf = (count: number) =>
  fresh.slice(0, count).map(({ id, at, amount, hour, country }) => ({ id, at, amount, hour, country }));

/** The scores that Python alone computes for the fresh orders with the logged model. */
function scoresOfPython(folder: string): number[] {
  const script = `import json, sys, pandas as pd, mlflow.sklearn
rows = pd.DataFrame(json.loads(sys.argv[2]))
rows['at'] = pd.to_datetime(rows['at']).dt.tz_localize(None)
model = mlflow.sklearn.load_model(sys.argv[1])
print(json.dumps(model.predict_proba(rows[['amount', 'hour', 'country', 'at']])[:, 1].tolist()))`;
  const printed = execFileSync(modelsVenv.python, ['-c', script, folder, JSON.stringify(rowsOf(60))], {
    encoding: 'utf8',
  });
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as number[];
}

test('a program that ends in log_model is validated with gates, and its card says what it is', async () => {
  const outcome = await json<RunOutcome>('run');
  assert.deepEqual(outcome.registered, [{ name: 'orders', version: 1 }]);
  const card = await json<ModelCard>('models', 'card', '1');
  assert.match(card.algorithm, /RandomForestClassifier/);
  assert.match(card.backend, /scikit-learn/);
  assert.deepEqual(
    card.features.map(({ name, kind }) => [name, kind]),
    [
      ['amount', 'numeric'],
      ['hour', 'numeric'],
      ['country', 'categorical'],
      ['at', 'datetime'],
    ],
  );
  assert.ok((card.performance['roc_auc']?.value ?? 0) > 0.8);
  const tried = card.robustness?.perturbations ?? [];
  assert.deepEqual([...new Set(tried.map(({ column }) => column))].toSorted(), ['amount', 'at', 'country', 'hour']);
  assert.ok(
    tried.every(({ refused, n }) => refused === null && n === 100),
    'its imputers take what is missing',
  );
  assert.ok((tried[0]?.metrics['roc_auc']?.change ?? 0) < -0.05);
  assert.ok((card.robustness?.directions[0]?.rows ?? 0) > 0, 'a forest is not monotone');
  assert.equal((await json<RunOutcome>('run')).status, 'fresh');
});

test('it is promoted, and the API and a batch give the scores of Python alone', async () => {
  await cli('models', 'promote', '1');
  const [version] = await json<ModelVersionSummary[]>('models');
  assert.deepEqual(version?.aliases, ['champion']);
  const { path } = await json<{ path: string }>('models', 'inspect', 'champion');
  const expected = scoresOfPython(join(cwd, path));

  const server = startCli(['serve', 'production', '--port', '0', '--json'], { cwd });
  try {
    await until('it serves', () => server.out().includes('"url"'));
    const { url } = JSON.parse(server.out()) as { url: string };
    const ask = async (instances: unknown[]) => {
      const response = await fetch(`${url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ instances }),
      });
      return (await response.json()) as { predictions: { score: number; prediction: string }[]; error?: string };
    };
    const { predictions } = await ask(rowsOf(60));
    assert.deepEqual(
      predictions.map(({ score }) => score),
      expected,
    );
    const single = await Promise.all(rowsOf(20).map((row) => ask([row])));
    assert.deepEqual(
      single.map((answer) => answer.predictions[0]?.score),
      expected.slice(0, 20),
    );
    const { hour: _, ...absent } = { ...rowsOf(1)[0], houre: 3 } as Record<string, unknown>;
    assert.match((await ask([absent])).error ?? '', /^row 0: hour: absent; .* Is `houre` a misspelling of it\?/);
    const { error } = await ask([{ ...rowsOf(1)[0], hour: 'noon' }]);
    assert.match(error ?? '', /row 0: hour: not an integer \(found "noon"\)/);
    const missing = await ask([{ ...rowsOf(1)[0], amount: null, country: null }]);
    assert.equal(typeof missing.predictions[0]?.score, 'number', JSON.stringify(missing));
  } finally {
    server.child.kill('SIGTERM');
    await server.ended;
  }

  writeFiles(cwd, { 'new.csv': ordersCsv(fresh) });
  await cli('predict', '--input', 'new.csv', '--output', 'scored.parquet', '--deployment', 'nightly');
  const read = `import json, pandas as pd; print(json.dumps(pd.read_parquet('scored.parquet')['_score'].tolist()))`;
  assert.deepEqual(JSON.parse(execFileSync(modelsVenv.python, ['-c', read], { cwd, encoding: 'utf8' })), expected);
});

test('a large Parquet file is read by the worker itself, and each score is in its row', async () => {
  const many = 4000;
  await withDatabase(undefined, (db) =>
    db.run(
      `COPY (SELECT n.id AS id, "at"::TIMESTAMP AS "at", amount, hour, country, copy FROM read_csv('${cwd}/new.csv') n, range(${many}) c(copy) ORDER BY copy, id) TO '${cwd}/many.parquet' (FORMAT parquet)`,
    ),
  );
  await cli('predict', '--input', 'many.parquet', '--output', 'many-scored.parquet');
  const differences = await withDatabase(undefined, (db) =>
    db.rows(
      `SELECT count(*) AS rows, count(*) FILTER (m._score IS DISTINCT FROM s._score OR m._prediction <> s._prediction) AS other
       FROM '${cwd}/many-scored.parquet' m JOIN '${cwd}/scored.parquet' s USING (id)`,
    ),
  );
  assert.deepEqual(differences, [{ rows: 60 * many, other: 0 }]);
});

test('its predictions are monitored', async () => {
  const now = new Date(ordersStart + 66 * day).toISOString();
  const windows = await json<{ windows: { rows: number; values: { column: string }[] }[] }>(
    'monitor',
    'production',
    '--now',
    now,
  );
  const window = windows.windows.find(({ rows }) => rows >= 60);
  assert.deepEqual(window?.values.map(({ column }) => column).toSorted(), ['_score', 'amount', 'country', 'hour']);
});

test('retraining runs the program again on the data as of then', async () => {
  writeFiles(cwd, {
    'incoming/more.csv': ordersCsv(orders({ rows: 300, firstDay: 60, days: 20, seed: 5, prefix: 'm' })),
  });
  const now = new Date(ordersStart + 75 * day).toISOString();
  const { version, status } = await json<{ version: number; status: string }>('retrain', '--now', now);
  assert.deepEqual([version, status], [2, 'promoted']);
  const log = readFileSync(
    join(
      cwd,
      '.loopwright',
      'logs',
      (await json<{ runs: { runId: string }[] }>('runs')).runs[0]?.runId ?? '',
      'train.log',
    ),
    'utf8',
  );
  assert.match(log, /trained as of 2026-03-17T00:00:00/);
});

test('a version whose files were changed is refused', async () => {
  const { path } = await json<{ path: string }>('models', 'inspect', 'champion');
  writeFiles(cwd, { [`${path}/requirements.txt`]: 'changed\n' });
  const { code, err } = await runCli(['predict', '--input', 'new.csv', '--output', 'again.parquet'], { cwd });
  assert.equal(code, 1);
  assert.match(err, /changed since it was validated/);
});
