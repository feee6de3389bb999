import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../engine/tracking/filter/compileFilter.ts';
import { parseFilter } from '../../engine/tracking/filter/parseFilter.ts';
import { allOf, findRows, listRuns } from '../../engine/tracking/findRuns.ts';
import { changeRuns } from '../../engine/tracking/changeRuns.ts';
import { runsOfExperiments } from '../../engine/tracking/matchingRuns.ts';
import { momentOf } from '../../engine/tracking/moment.ts';
import { pageOfRuns } from '../../engine/tracking/pageOfRuns.ts';
import { runGroups } from '../../engine/tracking/runGroups.ts';
import { containing } from '../../engine/tracking/runWords.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { metricKeyId, writeParam, writePoints, writeTag } from '../../engine/tracking/writeRun.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import type { RunOrder, RunQuery } from '../../protocol/runs.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

// Runs are found as sets and walked along indexes. What is found is held against one plain statement that asks each
// run.
const root = makeProject();
const store = openStore(root);
const { sql } = store;
const random = seededRandom(11);
const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)] as T;
const many = 6000;
const long = 'a long text, '.repeat(30);
sql.write(() => {
  for (let i = 0; i < many; i++) {
    // Many start at the same time, and row numbers have gaps.
    const { lastId } = sql.run(
      'INSERT INTO runs (id, run_id, name, experiment, status, started_at, ended_at, starred, archived, deleted_at, seed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      1 + i + (i > 3000 ? 500 : 0),
      (i * 7919).toString(16).padStart(32, '0'),
      pick(['Otter', 'otter', 'heron', `run_${i}`]),
      pick(['default', 'wider', 'deep']),
      pick(['finished', 'finished', 'failed', 'running']),
      1000 * random.integer(900),
      random.next() < 0.9 ? 1000 * (900 + random.integer(50)) : null,
      random.integer(2),
      random.next() < 0.1 ? 1 : 0,
      random.next() < 0.1 ? 5 : null,
      random.next() < 0.5 ? random.integer(5) : null,
    );
    if (random.next() < 0.8)
      writePoints(store, lastId, [
        {
          key: 'auc',
          value: random.next() < 0.05 ? pick([Number.NaN, Infinity, -Infinity]) : Math.round(random.next() * 20) / 20,
          step: 1,
          at: 1,
        },
      ]);
    writePoints(store, lastId, [{ key: 'loss', value: random.next(), step: 1, at: 1 }]);
    if (random.next() < 0.6) writeParam(store, lastId, 'lr', pick([0.1, 0.01, '0.10', 'auto', true, [1, 2]]));
    writeParam(store, lastId, 'depth', random.integer(2000));
    if (random.next() < 0.7)
      writeTag(store, lastId, 'team', pick(['a', 'B', 'b', '7', long, `${long}!`, "it's", 'é%_']));
    if (random.next() < 0.2) writeTag(store, lastId, 'mlflow.note.content', pick(['a note', long]));
    if (random.next() < 0.2) writeTag(store, lastId, 'mlflow.source.name', 'hidden.py');
  }
});

const which = {
  active: 'r.deleted_at IS NULL AND r.archived = 0',
  archived: 'r.deleted_at IS NULL AND r.archived = 1',
  deleted: 'r.deleted_at IS NOT NULL',
  all: 'r.deleted_at IS NULL',
};

function plainly(query: RunQuery): { total: number; page: string[] } {
  const filter = parseFilter(query.filter ?? '');
  const where = allOf([
    { sql: which[query.which ?? 'active'], values: [] },
    ...(query.experiment === undefined ? [] : [{ sql: 'r.experiment = ?', values: [query.experiment] }]),
    ...(filter ? [compileFilter(sql, filter)] : []),
    ...(query.search ?? '').split(' ').filter(Boolean).map(containing),
  ]);
  const total = sql.get<{ n: number }>(`SELECT count(*) AS n FROM runs r WHERE ${where.sql}`, ...where.values)?.n ?? 0;
  return {
    total,
    page: findRows(sql, where, query.order ?? [], query.limit ?? 200, query.offset ?? 0).map((run) => run.run_id),
  };
}

function same(query: RunQuery): void {
  const expected = plainly(query);
  const found = listRuns(store, query);
  assert.equal(found.problem, null, JSON.stringify(query));
  assert.deepEqual({ total: found.total, page: found.runs.map((run) => run.runId) }, expected, JSON.stringify(query));
}

const comparisons = [
  'metrics.auc > 0.5',
  'metrics.auc = 1',
  'metrics.auc != 0.5',
  'metrics.auc = nan',
  'metrics.auc != nan',
  'metrics.auc is null',
  'metrics.loss < 0.3',
  'metrics.loss >= 0.05',
  'metrics.nothing > 1',
  'metrics.nothing is null',
  'metrics.auc in (0.5, 1)',
  'metrics.auc < -inf',
  "params.lr = '0.10'",
  'params.lr < 0.05',
  "params.lr like 'a%'",
  "params.lr ilike 'A%'",
  "params.lr not in ('auto')",
  'params.lr is not null',
  'params.depth > 1000',
  'params.depth = 7',
  "tags.team = 'a'",
  "tags.team != 'b'",
  "tags.team ilike 'B'",
  "tags.team like '%!'",
  `tags.team = '${long}'`,
  "tags.team > 'b'",
  'tags.team = 7',
  'tags.team is null',
  "tags.team in ('a', 'it''s')",
  "tags.team like '%\u00e9%'",
  "status = 'failed'",
  'starred = true',
  "experiment = 'deep'",
  "name = 'Otter'",
  "name ilike 'otter'",
  'duration > 300',
  'seed = 3',
  'seed is null',
  "note like '%note'",
  'ended is null',
  'started < 400000',
  'model is null',
  "datasets.name = 'x'",
  `run_id = '${(7919 * 5).toString(16).padStart(32, '0')}'`,
];
const columns = [
  'metrics.auc',
  'metrics.loss',
  'metrics.nothing',
  'params.lr',
  'params.depth',
  'params.nothing',
  'tags.team',
  'name',
  'started',
  'status',
  'experiment',
  'duration',
  'ended',
  'starred',
  'note',
  'run_id',
];

function randomFilter(depth: number): string {
  const kind = depth === 0 ? 0 : random.integer(5);
  if (kind < 2) return pick(comparisons);
  if (kind === 2) return `not (${randomFilter(depth - 1)})`;
  return Array.from({ length: 2 + random.integer(2) }, () => `(${randomFilter(depth - 1)})`).join(
    kind === 3 ? ' and ' : ' or ',
  );
}

function randomOrder(): RunOrder[] {
  return Array.from({ length: pick([0, 1, 1, 1, 2]) }, () => ({
    column: pick(columns),
    descending: random.next() < 0.5,
  }));
}

test('each comparison finds the runs that a plain statement finds', () => {
  for (const filter of comparisons)
    for (const whole of [filter, `not ${filter}`])
      for (const kind of ['active', 'archived'] as const) same({ filter: whole, which: kind, limit: 50 });
});

test('each order gives the page of a plain statement, wherever it begins', () => {
  for (const column of columns)
    for (const descending of [true, false])
      for (const offset of [0, 1, 97, 1500, 2600, 4000, 4780, 9000])
        same({ order: [{ column, descending }], offset, limit: 60 });
});

test('the orders of MLflow, as text and by its words, give the page of a plain statement', () => {
  for (const [kind, kept] of [
    ['kept', 'r.deleted_at IS NULL'],
    ['deleted', 'r.deleted_at IS NOT NULL'],
    ['all', '1'],
  ] as const) {
    const where = { sql: `${kept} AND r.experiment IN ('default', 'wider')`, values: [] };
    for (const filter of kind === 'kept'
      ? [null, parseFilter("metrics.loss > 0.2 and tags.team != 'b'", true)]
      : [null]) {
      const all = filter ? allOf([where, compileFilter(sql, filter)]) : where;
      for (const column of columns)
        for (const descending of [true, false])
          for (const more of [[], [{ column: 'params.lr', descending: true, plain: true }]])
            for (const offset of kind === 'kept' ? [0, 1300, 9000] : [0]) {
              const order = [{ column, descending, plain: true }, ...more];
              assert.deepEqual(
                pageOfRuns(
                  sql,
                  momentOf(sql),
                  runsOfExperiments(sql, ['default', 'wider'], kind, filter),
                  order,
                  60,
                  offset,
                ),
                findRows(sql, all, order, 60, offset).map(({ id }) => id),
                JSON.stringify([kind, order, offset, filter !== null]),
              );
            }
    }
  }
});

test('any filter with any order, words, experiment and page is answered as a plain statement does', () => {
  for (let i = 0; i < 700; i++) {
    same({
      ...(random.next() < 0.85 ? { filter: randomFilter(3) } : {}),
      order: randomOrder(),
      which: pick(['active', 'active', 'archived', 'deleted', 'all'] as const),
      limit: pick([1, 20, 100, 3000]),
      offset: pick([0, 0, 0, 30, 500, 2500]),
      ...(random.next() < 0.2 ? { experiment: pick(['deep', 'nothing']) } : {}),
      ...(random.next() < 0.2
        ? {
            search: pick([
              'otter',
              'note',
              'hidden',
              'team=b',
              'EE',
              'lr',
              '0.1',
              '7',
              'é%_',
              '5',
              "it's fail",
              'a=t',
              'run_',
              '!',
            ]),
          }
        : {}),
    });
  }
});

test('what was found before is found anew when somebody writes, here or in another process', (t) => {
  const query: RunQuery = {
    filter: 'metrics.loss >= 0 and not starred = true',
    order: [{ column: 'metrics.loss', descending: true }],
    limit: 40,
    offset: 2000,
  };
  const other = openStore(root);
  t.after(() => other.sql.close());
  same(query);
  const [first, second, third] = listRuns(store, query).runs;
  assert.ok(first && second && third);
  changeRuns(store, [{ runId: first.runId, change: { starred: true } }]);
  same(query);
  assert.ok(!listRuns(store, query).runs.some((run) => run.runId === first.runId));
  changeRuns(other, [{ runId: second.runId, change: { deleted: true } }]);
  same(query);
  assert.ok(!listRuns(store, query).runs.some((run) => run.runId === second.runId));
  const id = other.sql.get<{ id: number }>('SELECT id FROM runs WHERE run_id = ?', third.runId)?.id ?? 0;
  other.sql.run('UPDATE latest SET value = 77 WHERE run = ? AND key = ?', id, metricKeyId(other, 'loss'));
  assert.equal(listRuns(store, { ...query, offset: 0 }).runs[0]?.metrics['loss'], 77);
  const { lastId } = other.sql.run(
    `INSERT INTO runs (run_id, name, experiment, status, started_at) VALUES ('new', 'new', 'default', 'finished', 1)`,
  );
  writePoints(other, lastId, [{ key: 'loss', value: 78, step: 1, at: 1 }]);
  same(query);
  assert.equal(listRuns(store, { ...query, offset: 0 }).runs[0]?.name, 'new');
});

test('a filter by duration follows the clock, not the answer found before', async () => {
  const query = { filter: 'duration > 1s and name = "clock"' };
  sql.run(
    `INSERT INTO runs (run_id, name, experiment, status, started_at) VALUES ('clock', 'clock', 'default', 'running', ?)`,
    Date.now() - 900,
  );
  assert.equal(listRuns(store, query).total, 0);
  // SQLite reads the clock itself, so a test cannot move it.
  await until('the run has taken a second', () => listRuns(store, query).total === 1);
});

test('groups are those of a plain statement, with and without a filter', () => {
  const finite = 'l.is_nan = 0 AND abs(l.value) < 1e308';
  for (const [by, expression, bound] of [
    ['params.lr', `(SELECT v.value FROM params v WHERE v.run = r.id AND v.key = 'lr')`, []],
    ['tags.team', `(SELECT v.value FROM tags v WHERE v.run = r.id AND v.key = 'team')`, []],
    ['status', 'r.status', []],
    ['params.nothing', 'NULL', []],
    ['starred', `CASE r.starred WHEN 1 THEN 'true' ELSE 'false' END`, []],
  ] as const) {
    for (const [query, where] of [
      [{}, which.active],
      [
        { filter: 'metrics.loss > 0.5', which: 'all' },
        `${which.all} AND EXISTS (SELECT 1 FROM latest x WHERE x.run = r.id AND x.key = ${metricKeyId(store, 'loss')} AND x.value > 0.5)`,
      ],
    ] as [RunQuery, string][]) {
      const groups = runGroups(store, query, by, ['auc']);
      assert.deepEqual(
        groups.map(({ value, runs }) => ({ value, runs })),
        sql.all(
          `SELECT ${expression} AS value, count(*) AS runs FROM runs r WHERE ${where} GROUP BY value ORDER BY runs DESC, value`,
          ...bound,
        ),
        by,
      );
      const sums = new Map(
        sql
          .all<{ value: string | null; min: number; max: number; mean: number; n: number }>(
            `SELECT ${expression} AS value, min(l.value) AS min, max(l.value) AS max, avg(l.value) AS mean, count(*) AS n FROM runs r JOIN latest l ON l.run = r.id AND l.key = ${metricKeyId(store, 'auc')} WHERE ${finite} AND ${where} GROUP BY 1`,
          )
          .map((row) => [row.value, row]),
      );
      assert.ok(groups.length > 0);
      for (const { value, metrics } of groups) {
        const { mean = Number.NaN, ...rest } = metrics['auc'] ?? {};
        const { mean: expected = Number.NaN, value: _value, ...others } = sums.get(value) ?? { value };
        assert.deepEqual(rest, others, `${by} ${value}`);
        assert.ok(
          Math.abs(mean - expected) < 1e-12 || (Number.isNaN(mean) && Number.isNaN(expected)),
          `${by} ${value}`,
        );
      }
    }
  }
});

test('lists of runs are read from indexes alone', () => {
  const lists = [
    'metrics.auc > 0.5',
    "params.lr = 'auto'",
    'params.lr < 1',
    "tags.team = 'a'",
    "status = 'failed'",
    'duration > 5',
    "name ilike '%o%'",
    'starred = true',
    'params.depth is not null',
    'metrics.auc is not null',
    'tags.team is not null',
  ];
  for (const filter of lists) {
    const parsed = parseFilter(filter);
    assert.ok(parsed);
    const condition = compileFilter(sql, parsed);
    const list = condition.list ?? { sql: `SELECT r.id FROM runs r WHERE ${condition.sql}`, values: condition.values };
    const plan = sql
      .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${list.sql}`, ...list.values)
      .map(({ detail }) => detail)
      .filter((detail) => /^(SCAN|SEARCH)/.test(detail));
    assert.ok(
      plan.length > 0 && plan.every((detail) => /COVERING INDEX|tags_long/.test(detail)),
      `${filter}: ${plan.join('; ')}`,
    );
  }
});
