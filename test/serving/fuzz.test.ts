import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { promote } from '../../engine/registry/promote.ts';
import { serveDeployment, type RunningServer } from '../../engine/serving/serveDeployment.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { orders } from '../helpers/ordersProject.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';
import { rounds } from '../helpers/rounds.ts';

const trained = trainedOrders();
const random = seededRandom(2026);
const pick = <T>(values: readonly T[]): T => values[random.integer(values.length)] as T;
const good = orders({ rows: 50, firstDay: 100, seed: 5 });

const names = [
  'id',
  'at',
  'amount',
  'hour',
  'country',
  'amuont',
  'Hour',
  '__proto__',
  'constructor',
  'toString',
  '',
  '💥',
];
const scalars = [
  null,
  true,
  false,
  0,
  -0,
  -5,
  1.5,
  1e300,
  -1e308,
  5e-324,
  2 ** 53,
  '',
  ' ',
  'de',
  'NaN',
  '2026-01-01',
  '\u0000',
  '\ud800',
  'x'.repeat(5000),
];

function value(depth: number): unknown {
  if (depth > 3 || random.next() < 0.7) return pick(scalars);
  if (random.next() < 0.5) return Array.from({ length: random.integer(4) }, () => value(depth + 1));
  return Object.fromEntries(Array.from({ length: random.integer(5) }, () => [pick(names), value(depth + 1)]));
}

function row(): unknown {
  if (random.next() < 0.1) return value(0);
  const mutated: Record<string, unknown> = { ...pick(good) };
  for (let i = random.integer(4); i > 0; i--) {
    if (random.next() < 0.3) delete mutated[pick(names)];
    else mutated[pick(names)] = value(0);
  }
  return mutated;
}

/** A body of rows, then broken as text in one of three cases. */
function body(): string {
  const shape = random.next();
  const whole =
    shape < 0.8
      ? { instances: Array.from({ length: random.integer(6) }, row), ...(random.next() < 0.05 && { params: {} }) }
      : value(0);
  const text = JSON.stringify(whole) ?? '';
  if (random.next() < 0.67) return text;
  const at = random.integer(text.length + 1);
  return pick([
    () => text.slice(0, at),
    () => text.slice(0, at) + pick(['NaN', '}', ']', '"', ',', 'Infinity', '\u0000', '1e999', '\\']) + text.slice(at),
    () => text.replace(/-?\d+(\.\d+)?/, () => pick(['NaN', '-Infinity', '1e999', '0x1', '01', "'a'"])),
  ])();
}

const types = ['application/json', 'application/json; charset=utf-8', 'text/plain', 'text/csv', 'nonsense', ''];

test('2,000 random bodies: JSON with a prediction or an error, never status 500, and every one is counted', async (t) => {
  let server: RunningServer | undefined;
  t.after(() => server?.close());
  const { root, store } = trained();
  promote(store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  const project = loadProject(root);
  server = await serveDeployment({
    project,
    store,
    config: configFor(project, 'default'),
    deployment: 'production',
    port: 0,
  });
  const { url } = server;
  const seen = new Map<number, number>();
  let rows = 0;
  for (let i = 0; i < rounds(2000); i++) {
    const sent = body();
    const type = random.next() < 0.93 ? 'application/json' : pick(types);
    const response = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: type === '' ? {} : { 'content-type': type },
      body: new TextEncoder().encode(sent),
    });
    const text = await response.text();
    const answer = JSON.parse(text) as { error?: unknown; predictions?: { score: unknown; errors?: unknown[] }[] };
    seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
    assert.ok(response.status < 500, `${response.status} for ${sent.slice(0, 500)}: ${text}`);
    if (response.status === 200) {
      for (const { score, errors } of answer.predictions ?? assert.fail(text))
        assert.ok(errors ? score === null && errors.length > 0 : Number.isFinite(score), text);
      rows += (answer.predictions ?? []).filter(({ errors }) => !errors).length;
    } else assert.ok(typeof answer.error === 'string' && answer.error.length > 10, text);
  }
  assert.equal((await fetch(`${url}/health`)).status, 200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counted = [...metrics.matchAll(/^loopwright_requests_total\{.*status="(\d+)"\} (\d+)$/gm)];
  assert.deepEqual(new Map(counted.map(([, status, n]) => [Number(status), Number(n)])), seen);
  assert.equal(Number(/^loopwright_predictions_total\{.*\} (\d+)$/m.exec(metrics)?.[1]), rows);
  assert.ok(
    (seen.get(200) ?? 0) > rounds(200) && (seen.get(400) ?? 0) > rounds(200) && (seen.get(415) ?? 0) > rounds(20),
    JSON.stringify([...seen]),
  );
});
