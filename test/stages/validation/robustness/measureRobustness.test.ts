import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DataError, WorkError } from '../../../../engine/base/errors.ts';
import { openDatabase } from '../../../../engine/data/database.ts';
import type { Table } from '../../../../engine/data/table.ts';
import { evaluator } from '../../../../engine/evaluation/evaluate.ts';
import type { Predictions } from '../../../../engine/evaluation/predictions.ts';
import { changeColumn } from '../../../../engine/stages/validation/robustness/changeColumn.ts';
import type { Predictor } from '../../../../engine/models/predictor.ts';
import { RowError } from '../../../../engine/models/rowError.ts';
import type { DatasetSchema } from '../../../../engine/project/schema/datasetSchema.ts';
import type { RobustnessConfig } from '../../../../engine/project/schema/robustness.ts';
import { measurePerturbation } from '../../../../engine/stages/validation/robustness/measurePerturbations.ts';
import {
  measureRobustness,
  type Robustness,
} from '../../../../engine/stages/validation/robustness/measureRobustness.ts';
import { readColumns } from '../../../../engine/stages/validation/robustness/perturbedColumns.ts';
import { plannedChanges } from '../../../../engine/stages/validation/robustness/perturbations.ts';
import { robustnessMeasurer } from '../../../../engine/stages/validation/robustness/robustnessGates.ts';
import { seededRandom } from '../../../../engine/statistics/random.ts';
import { rounds } from '../../../helpers/rounds.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const signal = new AbortController().signal;

/** Reads amount and country, not hour; a missing amount counts as 50. */
function scoreOf(amount: number, country: string | null): number {
  const x = Number.isNaN(amount) ? 50 : amount;
  return sigmoid((x - 50) / 20 + (country === 'de' ? 0.8 : country === 'fr' ? -0.8 : 0));
}

type RowScore = (at: (name: string) => number | string | null) => number;

function modelOf(task: 'binary' | 'regression', features: Record<string, string>, score: RowScore): Predictor {
  return {
    meta: {
      task,
      target: 'y',
      positive: '1',
      classes: task === 'binary' ? ['0', '1'] : [],
      features: Object.entries(features).map(([name, kind]) => ({ name, kind })),
    },
    predict: ({ rows, columns }: Table) =>
      Promise.resolve({
        task,
        values: Float64Array.from({ length: rows }, (_, i) => score((name) => columns[name]?.values[i] ?? null)),
        probabilities: [],
      }),
    close: () => Promise.resolve(),
  } as unknown as Predictor;
}

const features = { amount: 'numeric', hour: 'numeric', country: 'categorical' };
const model = modelOf('binary', features, (at) => scoreOf(Number(at('amount')), at('country') as string | null));

const schema: DatasetSchema = {
  fields: [
    { name: 'amount', type: 'number', constraints: { minimum: 0, maximum: 100 }, loopwright: { unit: 'EUR' } },
    { name: 'hour', type: 'integer', constraints: { required: true } },
    { name: 'country', type: 'string', categories: ['de', 'fr', 'pl'] },
    { name: 'gender', type: 'string' },
    { name: 'y', type: 'integer' },
  ],
};

function drawOrders(rows: number, seed: number) {
  const random = seededRandom(seed);
  const amount = Float64Array.from({ length: rows }, () => 100 * random.next());
  const hour = Float64Array.from({ length: rows }, () => random.integer(24));
  const country = Array.from({ length: rows }, () => ['de', 'fr', 'pl'][random.integer(3)] ?? 'de');
  const y = amount.map((value, i) => Number(random.next() < scoreOf(value, country[i] ?? null)));
  return { amount, hour, country, y };
}

async function orders(rows: number, seed = 3): Promise<string> {
  const { amount, hour, country, y } = drawOrders(rows, seed);
  const columns = [
    { name: 'amount', kind: 'number' as const },
    { name: 'hour', kind: 'number' as const },
    { name: 'country', kind: 'text' as const },
    { name: 'y', kind: 'number' as const },
  ];
  await db.run('DROP TABLE IF EXISTS orders_here');
  await db.create('orders_here', columns);
  await db.append('orders_here', columns, [[...amount], [...hour], country, [...y]]);
  return 'SELECT * FROM orders_here';
}

async function measure(
  config: RobustnessConfig,
  given: { model?: Predictor; sql?: string; metrics?: string[]; signal?: AbortSignal } = {},
): Promise<Robustness> {
  return measureRobustness(db, {
    sql: given.sql ?? (await orders(600)),
    testRows: 600,
    weightColumn: null,
    model: given.model ?? model,
    schema,
    config,
    options: { threshold: 0.5, minPrecision: 0.9 },
    metrics: given.metrics ?? ['roc_auc', 'accuracy'],
    seed: 1,
    signal: given.signal ?? signal,
    progress: () => {},
  });
}

test('each column is perturbed in the ways that fit its type and its schema', async () => {
  const { card } = await measure({ rows: 400 });
  const tried = card.perturbations.map(({ perturbation, column, how }) => `${perturbation} ${column}: ${how}`);
  assert.deepEqual(
    tried.toSorted((a, b) => a.localeCompare(b)).map((text) => text.replace(/: noise of .*/, '')),
    [
      'category_swap country: another valid category',
      'missing amount: the value is missing',
      'missing country: the value is missing',
      'noise amount',
      'noise hour',
      'out_of_domain amount: −50 or 150, outside 0 to 100',
      'out_of_domain hour: −12 or 35, outside 0 to 23',
      'typo country: one typing error, so that the value is unknown',
      'unit_error amount: the smallest coin of EUR in place of EUR',
      'unit_error hour: 1,000 times too large',
      'unit_error hour: 100 times too small',
    ],
  );
  assert.deepEqual(card.untried, [
    { test: 'missing', column: 'hour', why: 'its schema requires a value, so the model never sees a row without' },
  ]);
  assert.deepEqual([card.rows, card.of, card.metrics], [400, 600, ['roc_auc', 'accuracy']]);
});

test('a column that the model ignores makes a metric fall by exactly 0, and the others by what they tell', async () => {
  const { card } = await measure({});
  for (const { column, metrics, moved } of card.perturbations)
    if (column === 'hour')
      assert.deepEqual([metrics['roc_auc']?.change, metrics['accuracy']?.change, moved], [0, 0, 0]);
  const lost = card.perturbations.find(
    ({ column, perturbation }) => column === 'amount' && perturbation === 'unit_error',
  );
  assert.ok((lost?.metrics['roc_auc']?.high ?? 0) < 0, 'cents for euros leave only the country');
  const changes = card.perturbations.map(({ metrics }) => metrics['roc_auc']?.change ?? 0);
  assert.deepEqual(
    changes,
    changes.toSorted((a, b) => a - b),
    'the worst first',
  );
  assert.deepEqual((await measure({})).card, card, 'the seed determines it');
});

test('a model that refuses rows is a finding, whatever it throws', async () => {
  for (const [name, refusal] of Object.entries({
    row: (row: number) => new RowError(row, 'no amount'),
    rows: () => new DataError('no amount'),
    model: () => new WorkError('no amount'),
  })) {
    const strict = {
      ...model,
      predict: async (table: Table) => {
        const { amount } = table.columns;
        const at = amount?.kind === 'number' ? amount.values.findIndex(Number.isNaN) : -1;
        if (at >= 0) throw refusal(at);
        return model.predict(table);
      },
    };
    const all = await measure({ perturbations: ['missing'], columns: ['amount', 'country'] }, { model: strict });
    const [refused, other] = all.card.perturbations;
    assert.equal(refused?.refused?.rows, refused?.refused?.of, name);
    assert.deepEqual([refused?.refused?.message, refused?.metrics], ['no amount', {}], name);
    assert.deepEqual([other?.column, other?.refused], ['country', null], name);
    const gate = robustnessMeasurer(all);
    const asked = { confidence: 0.95, isAsked: false };
    assert.equal(gate('roc_auc{missing=amount}', asked)?.kind, 'no_value', name);
    assert.match(JSON.stringify(gate('roc_auc{missing}', asked)), /refuses \d+ of \d+ rows/, name);
    const share = gate('refused_share{missing=amount}', asked);
    // An error of the model itself may cost a start of it for each row, so few are tried.
    if (name === 'model') assert.equal(share?.kind, 'too_few_rows');
    else assert.equal(share?.kind === 'value' && share.value, 1, name);
    const some = await measure(
      { perturbations: [{ kind: 'missing', share: 0.1 }], columns: ['amount'] },
      { model: strict },
    );
    const found = some.card.perturbations[0];
    if (name === 'model') continue;
    assert.ok((found?.refused?.of ?? 0) === 600 && (found?.refused?.rows ?? 0) === found?.changed, name);
    assert.equal(found?.n, 600 - (found?.changed ?? 0), 'the others are compared');
  }
});

test('a model that answers no row at all any more is an error, not a finding', async () => {
  let calls = 0;
  const broken = {
    ...model,
    predict: async (table: Table) => {
      if (++calls > 1) throw new WorkError('the process ended');
      return model.predict(table);
    },
  };
  await assert.rejects(measure({ perturbations: ['noise'] }, { model: broken }), /the process ended/);
});

test('it can be cancelled between two columns', async () => {
  const stop = new AbortController();
  const slow = { ...model, predict: async (table: Table) => (stop.abort(), model.predict(table)) };
  await assert.rejects(measure({}, { model: slow, signal: stop.signal }), /cancelled/);
});

test('an invariance counts the rows whose decision changes, and shows the worst', async () => {
  const { card } = await measure({
    perturbations: [],
    invariant_to: [
      'hour',
      'country',
      'gender',
      'planet',
      { column: 'country', values: ['pl'] },
      { column: 'hour', values: ['noon'] },
    ],
  });
  const [hour, country, gender, same] = card.invariances;
  assert.deepEqual([hour?.rows, hour?.largest, hour?.n], [0, 0, 600]);
  assert.deepEqual(country?.values, ['de', 'fr', 'pl']);
  assert.ok((country?.rows ?? 0) > 50 && (country?.largest ?? 0) > 0.3);
  const example = country?.examples[0];
  assert.ok(Number(example?.before) >= 0.5 !== Number(example?.after) >= 0.5);
  assert.deepEqual([gender?.rows, gender?.high], [0, 0], 'the model does not read it');
  assert.ok((same?.rows ?? 0) < (country?.rows ?? 0));
  assert.deepEqual(
    card.untried.map(({ column, why }) => [column, why]),
    [
      ['planet', 'the data has no such column'],
      ['hour', '`noon` is no value of it'],
    ],
  );
});

test('a direction holds for a monotone model and is found broken in one that turns', async () => {
  const monotone = await measure({
    perturbations: [],
    increasing: ['amount', 'hour', 'country'],
    decreasing: ['amount'],
  });
  const [rising, flat, falling] = monotone.card.directions;
  assert.deepEqual([rising?.rows, flat?.rows, rising?.n], [0, 0, 600]);
  assert.equal(falling?.rows, 600, 'the other way is wrong in every row');
  assert.match(monotone.card.untried[0]?.why ?? '', /no order/);
  // It turns between 60 and 75, for one country only.
  const turning = modelOf('regression', features, (at) => {
    const x = Number(at('amount'));
    return at('country') === 'de' && x > 60 && x < 75 ? 100 - x : x;
  });
  const { card } = await measure({ perturbations: [], increasing: ['amount'] }, { model: turning });
  const [found] = card.directions;
  const { country } = drawOrders(600, 3);
  assert.equal(found?.rows, country.filter((value) => value === 'de').length);
  assert.equal(found?.examples[0]?.row['country'], 'de');
  assert.ok(Number(found?.examples[0]?.before) > Number(found?.examples[0]?.after));
  const gate = robustnessMeasurer({ card, measured: [] })('wrong_way_share{increasing=amount}', {
    confidence: 0.95,
    isAsked: true,
  });
  assert.equal(gate?.kind === 'value' && gate.value, found?.share);
});

test('gates name one column, the worst of all, and the change', async () => {
  const found = await measure({ perturbations: ['missing', 'noise'] });
  const gate = robustnessMeasurer(found);
  const asked = { confidence: 0.9, isAsked: true };
  const one = gate('roc_auc{missing=amount}', asked);
  const change = gate('roc_auc{missing=amount}@clean', asked);
  const worst = gate('roc_auc{missing}@clean', asked);
  assert.ok(one?.kind === 'value' && change?.kind === 'value' && worst?.kind === 'value');
  const expected = found.card.perturbations.find(
    ({ column, perturbation }) => column === 'amount' && perturbation === 'missing',
  );
  assert.equal(one.value, expected?.metrics['roc_auc']?.after);
  assert.equal(change.value, expected?.metrics['roc_auc']?.change);
  assert.equal(worst.value, change.value);
  assert.match(worst.note ?? '', /worst of 2 perturbed columns is `amount`/);
  assert.ok((worst.interval?.high ?? 0) >= (change.interval?.high ?? 1), 'the better end is corrected');
  for (const [name, why] of [
    ['roc_auc{typo=amount}', /tried typo on no column `amount`/],
    ['roc_auc{missing=hour}', /`hour` was not tried: its schema requires/],
    ['changed_share{invariant_to}', /tried invariant_to on no column/],
  ] as const)
    assert.match(JSON.stringify(gate(name, asked)), why);
  assert.equal(gate('roc_auc', asked), null);
  assert.match(JSON.stringify(robustnessMeasurer(null)('roc_auc{noise}', asked)), /has no `robustness`/);
});

/** A sample, with a value that is missing in 30 % of the rows. */
async function drawMissing(rows: number, seed: number) {
  const { amount, hour, country, y } = drawOrders(rows, seed);
  const table: Table = {
    rows,
    columns: {
      amount: { kind: 'number', values: amount },
      hour: { kind: 'number', values: hour },
      country: { kind: 'text', values: country },
    },
  };
  const [change] = plannedChanges(readColumns(table, model.meta, schema), {
    perturbations: [{ kind: 'missing', share: 0.3, columns: ['amount'] }],
  }).changes;
  assert.ok(change);
  return { change, drawn: { table, truth: y, predictions: await model.predict(table) } };
}

const options = { threshold: 0.5, minPrecision: 0.9 };
const metrics = ['roc_auc', 'log_loss', 'accuracy', 'f1'];

/** The change on so many rows that it is known. */
async function knownChange(seed: number): Promise<Record<string, number>> {
  const { change, drawn } = await drawMissing(200_000, seed);
  const { column } = changeColumn(change, seed);
  const after = await model.predict({ ...drawn.table, columns: { ...drawn.table.columns, amount: column } });
  const of = (predictions: Predictions) => evaluator(drawn.truth, predictions, { ...options, only: metrics })();
  const [a, b] = [of(after), of(drawn.predictions)];
  return Object.fromEntries(metrics.map((name) => [name, (a[name] ?? 0) - (b[name] ?? 0)]));
}

test('the 95 % interval holds the fall in 93 to 97 % of samples', async () => {
  const samples = rounds(400);
  const known = await knownChange(77);
  const held: Record<string, number> = {};
  for (let s = 0; s < samples; s++) {
    const { change, drawn } = await drawMissing(400, 1000 + s);
    const request = { drawn, model, options, metrics, seed: s * 7919 + 11, confidence: 0.95, signal };
    const { result } = await measurePerturbation(change, request);
    for (const [name, { low, high }] of Object.entries(result.metrics))
      held[name] = (held[name] ?? 0) + Number((low ?? 1) <= (known[name] ?? 0) && (high ?? -1) >= (known[name] ?? 0));
  }
  const chance = 3 * Math.sqrt((0.95 * 0.05) / samples);
  for (const name of metrics) {
    const share = (held[name] ?? 0) / samples;
    assert.ok(share > 0.93 - chance && share < 0.97 + chance, `${name}: ${share} of ${samples}`);
  }
});
