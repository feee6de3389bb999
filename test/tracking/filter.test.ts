import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeFilter } from '../../engine/tracking/filter/completeFilter.ts';
import { parseFilter } from '../../engine/tracking/filter/parseFilter.ts';
import { FilterError } from '../../engine/tracking/filter/tokens.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { runColumns } from '../../engine/tracking/runColumns.ts';
import { runGroups } from '../../engine/tracking/runGroups.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { changeRuns } from '../../engine/tracking/changeRuns.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { makeProject } from '../helpers/makeProject.ts';

const store = openStore(makeProject());
const random = seededRandom(3);
const kinds = ['mlp', 'xgb', 'Logit', "it's"];
for (let i = 0; i < 300; i++) {
  const run = recordRun(store, {
    experiment: ['default', 'wider'][i % 2] ?? 'default',
    seed: 1,
    commit: null,
    dirty: false,
    environment: {},
    command: 'x',
    asOf: null,
    params: {
      kind: kinds[random.integer(4)] ?? '',
      ...(random.next() < 0.8 ? { lr: Number((10 ** (-4 * random.next())).toPrecision(3)) } : {}),
      ...(random.next() < 0.2 ? { text: String(random.integer(50)) } : {}),
    },
    tags: random.next() < 0.5 ? { team: 'ab'[random.integer(2)] ?? '' } : {},
  });
  if (random.next() < 0.9)
    run.metric(
      'auc',
      random.next() < 0.05 ? Number.NaN : random.next() < 0.05 ? Infinity : Math.round(random.next() * 20) / 20,
      1,
    );
  if (random.next() < 0.3) run.metric('odd/key @1', i, 1);
  run.end(i % 7 === 0 ? 'failed' : 'finished');
  if (i % 11 === 0) changeRuns(store, [{ runId: run.runId, change: { starred: true } }]);
}
const everything = listRuns(store, { limit: 1000 }).runs;
const number = (run: RunSummary, key: string) =>
  run.metrics[key] ?? (run.notFinite[key] === 'Infinity' ? Infinity : undefined);
const lr = (run: RunSummary) => run.params['lr'] as number | undefined;

/** What a filter means, said in JavaScript over what the list gives. */
const meanings: [string, (run: RunSummary) => boolean][] = [
  ['metrics.auc > 0.5', (run) => (number(run, 'auc') ?? -1) > 0.5],
  [
    'metrics.auc >= 0.5 and metrics.auc < 0.7',
    (run) => (number(run, 'auc') ?? -1) >= 0.5 && (number(run, 'auc') ?? 9) < 0.7,
  ],
  [
    'metrics.auc != 0.5',
    (run) => run.notFinite['auc'] === 'NaN' || (number(run, 'auc') !== undefined && number(run, 'auc') !== 0.5),
  ],
  [
    'metrics.auc not in (0.5, 1)',
    (run) =>
      run.notFinite['auc'] === 'NaN' ||
      (number(run, 'auc') !== undefined && ![0.5, 1].includes(number(run, 'auc') ?? 0)),
  ],
  [String.raw`params.kind = 'C:\'`, () => false],
  ['not metrics.auc > 0.5', (run) => !((number(run, 'auc') ?? -1) > 0.5)],
  ['metrics.auc = nan', (run) => run.notFinite['auc'] === 'NaN'],
  ['metrics.auc = inf', (run) => run.notFinite['auc'] === 'Infinity'],
  ['metrics.auc is null', (run) => run.metrics['auc'] === undefined && run.notFinite['auc'] === undefined],
  ['metrics.`odd/key @1` > 100', (run) => (number(run, 'odd/key @1') ?? -1) > 100],
  ['params.lr < 0.01', (run) => (lr(run) ?? 9) < 0.01],
  [
    'params.lr is not null or params.text is not null',
    (run) => lr(run) !== undefined || run.params['text'] !== undefined,
  ],
  ['params.text > 20', (run) => run.params['text'] !== undefined && Number(run.params['text']) > 20],
  ["params.text = '7'", (run) => run.params['text'] === '7'],
  ["params.kind = 'mlp'", (run) => run.params['kind'] === 'mlp'],
  ["params.kind = 'it''s'", (run) => run.params['kind'] === "it's"],
  ["params.kind in ('mlp', 'xgb')", (run) => ['mlp', 'xgb'].includes(String(run.params['kind']))],
  ["params.kind not in ('mlp')", (run) => run.params['kind'] !== 'mlp'],
  ["params.kind like 'l%'", () => false],
  ["params.kind ilike 'l%'", (run) => run.params['kind'] === 'Logit'],
  ["tags.team = 'a'", (run) => run.tags['team'] === 'a'],
  ['tags.team is null', (run) => run.tags['team'] === undefined],
  ["status = 'failed'", (run) => run.status === 'failed'],
  ["status != 'FINISHED' and experiment = 'wider'", (run) => run.status !== 'finished' && run.experiment === 'wider'],
  ['starred = true', (run) => run.starred],
  ['age < 1h', () => true],
  ["started > '2020-01-01' and started < '2021-01-01'", () => false],
  [
    "(metrics.auc > 0.9 or params.lr < 0.001) and not (tags.team = 'a' or status = 'failed')",
    (run) =>
      ((number(run, 'auc') ?? -1) > 0.9 || (lr(run) ?? 9) < 0.001) &&
      !(run.tags['team'] === 'a' || run.status === 'failed'),
  ],
  ['metrics.nothing > 0', () => false],
];

test('a filter finds the runs that it means', () => {
  for (const [filter, means] of meanings) {
    const page = listRuns(store, { filter, limit: 1000 });
    assert.equal(page.problem, null, filter);
    assert.deepEqual(
      page.runs.map((run) => run.runId),
      everything.filter(means).map((run) => run.runId),
      filter,
    );
    assert.equal(listRuns(store, { filter, limit: 3, offset: 1 }).total, everything.filter(means).length, filter);
  }
});

test('any order, page by page, gives each run once, without a value last', () => {
  const orders = [
    'metrics.auc',
    'params.lr',
    'params.kind',
    'params.text',
    'tags.team',
    'name',
    'duration',
    'experiment',
    'status',
    'started',
    'model',
    'commit',
  ];
  for (const column of orders) {
    for (const descending of [true, false]) {
      for (const filter of [undefined, 'metrics.auc > 0.5', "params.kind = 'mlp'"]) {
        const query = {
          order: [
            { column, descending },
            { column: 'metrics.odd/key @1', descending: true },
          ],
          ...(filter ? { filter } : {}),
        };
        const whole = listRuns(store, { ...query, limit: 1000 });
        const pages = Array.from({ length: Math.ceil(whole.total / 37) }, (_, i) =>
          listRuns(store, { ...query, limit: 37, offset: i * 37 }),
        ).flatMap(({ runs }) => runs);
        assert.deepEqual(
          pages.map((run) => run.runId),
          whole.runs.map((run) => run.runId),
          `${column} ${filter}`,
        );
        assert.equal(new Set(pages.map((run) => run.runId)).size, whole.total);
      }
      const values = listRuns(store, { order: [{ column, descending }], limit: 1000 })
        .runs.map((run) =>
          column === 'metrics.auc'
            ? (run.metrics['auc'] ?? (run.notFinite['auc'] === 'Infinity' ? Infinity : undefined))
            : column === 'params.lr'
              ? lr(run)
              : null,
        )
        .filter((value) => value !== null);
      const there = values.filter((value) => value !== undefined);
      assert.deepEqual(
        there,
        there.toSorted((a, b) => (descending ? b - a : a - b)),
        column,
      );
      assert.deepEqual(
        values.slice(there.length).filter((value) => value !== undefined),
        [],
        'those without stand last',
      );
    }
  }
});

test('a mistake is told with its place, and the runs without the filter stay', () => {
  for (const [filter, from, message] of [
    ['metrics.auc >', 13, /Expected a value/],
    ['metrics.auc > high', 14, /Put text in quotes: 'high'/],
    ['auc > 0.5', 0, /A run has no `auc`.*metrics\.auc/],
    ['nothing.x = 1', 0, /There is no `nothing\.`/],
    ["params.kind = 'mlp", 14, /never closed/],
    ['(metrics.auc > 1', 16, /never closed/],
    ['metrics.auc > 1 metrics.auc < 2', 16, /Expected `and`/],
    ["metrics.auc > 'x'", 0, /compared with numbers/],
    ['status > 3', 0, /text in quotes/],
    ['and', 0, /Expected a name/],
    ['metrics. > 1', 9, /after the dot/],
    ['status like 3', 0, /text in quotes/],
    [`${'('.repeat(5000)}metrics.auc > 1`, 200, /nested too deeply/],
    ['metrics.auc ~ 1', 12, /no place here/],
    ["started > 'yesterday'", 0, /a date such as/],
  ] as const) {
    const page = listRuns(store, { filter, limit: 5 });
    assert.match(page.problem?.message ?? '', message, filter);
    assert.equal(page.problem?.from, from, filter);
    assert.equal(page.runs.length, 5);
  }
});

test('no text of a filter breaks the reader or reaches the database as SQL', () => {
  const pieces = [
    'metrics.auc',
    'params.kind',
    "'",
    '"',
    '`',
    '>',
    '=',
    '!=',
    'and',
    'or',
    'not',
    '(',
    ')',
    'in',
    'is',
    'null',
    'like',
    '0.5',
    "'x'",
    ';',
    '--',
    '7d',
    '.',
    ',',
    '☃',
    "'); DROP TABLE runs; --",
  ];
  for (let i = 0; i < 3000; i++) {
    const text = Array.from({ length: 1 + random.integer(8) }, () => pieces[random.integer(pieces.length)]).join(
      random.next() < 0.7 ? ' ' : '',
    );
    try {
      parseFilter(text);
    } catch (error) {
      assert.ok(
        error instanceof FilterError &&
          error.problem.from >= 0 &&
          error.problem.to <= text.length &&
          error.problem.from <= error.problem.to,
        text,
      );
    }
    const page = listRuns(store, { filter: text, limit: 1 });
    assert.ok(page.problem !== null || page.total <= 300, text);
    completeFilter(store, text, random.integer(text.length + 1));
  }
  assert.equal(listRuns(store).total, 300);
});

test('completion offers names with their runs, operators, values, and what follows', () => {
  const offered = (text: string) => completeFilter(store, text, text.length);
  assert.deepEqual(
    offered('metrics.').items.map(({ insert }) => insert),
    ['metrics.auc', 'metrics.`odd/key @1`'],
  );
  assert.match(offered('metrics.au').items[0]?.detail ?? '', /^2\d\d runs$/);
  assert.deepEqual([offered('metrics.au').from, offered('metrics.au').to], [0, 10]);
  assert.deepEqual(
    offered('metrics.auc > 0.5 ').items.map(({ insert }) => insert),
    ['and', 'or'],
  );
  assert.ok(offered('metrics.auc ').items.some(({ insert }) => insert === '>='));
  assert.deepEqual(
    offered("params.kind = '")
      .items.map(({ insert }) => insert)
      .toSorted(),
    ["'Logit'", "'it''s'", "'mlp'", "'xgb'"],
  );
  assert.deepEqual(
    offered("metrics.auc > 0.5 and status = 'fa").items.map(({ insert }) => insert),
    ["'failed'"],
  );
  assert.ok(
    offered('').items.some(({ label }) => label === 'params.') &&
      offered('au').items.some(({ insert }) => insert === 'metrics.auc'),
  );
});

test('columns and groups tell what the runs have', () => {
  const columns = runColumns(store, {});
  assert.deepEqual(
    columns.metrics.map(({ key }) => key),
    ['auc', 'odd/key @1'],
  );
  assert.deepEqual(
    columns.params.find(({ key }) => key === 'kind'),
    { key: 'kind', runs: 300, distinct: 4 },
  );
  const groups = runGroups(store, {}, 'params.kind', ['auc']);
  assert.equal(
    groups.reduce((sum, group) => sum + group.runs, 0),
    300,
  );
  for (const group of groups) {
    const own = listRuns(store, { filter: group.filter, limit: 1000 });
    assert.equal(own.total, group.runs, group.filter);
    const values = own.runs.flatMap((run) => run.metrics['auc'] ?? []);
    const { mean = 0, ...stats } = group.metrics['auc'] ?? {};
    assert.deepEqual(stats, { min: Math.min(...values), max: Math.max(...values), n: values.length });
    assert.ok(Math.abs(mean - values.reduce((a, b) => a + b, 0) / values.length) < 1e-12);
  }
  assert.deepEqual(
    runGroups(store, {}, 'tags.team', [])
      .map(({ value }) => value)
      .toSorted(),
    ['a', 'b', null],
  );
  assert.throws(() => runGroups(store, {}, 'metrics.auc', []), /not by a metric/);
});
