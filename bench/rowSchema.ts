import { RowSchema } from '../engine/serving/rowSchema.ts';
import type { DatasetSchema } from '../engine/project/schema/datasetSchema.ts';

// `node bench/rowSchema.ts`: the time to check the rows of a request by a schema of five fields.

const schema: DatasetSchema = {
  fields: [
    { name: 'id', type: 'string', constraints: { required: true }, loopwright: { role: 'id' } },
    { name: 'at', type: 'datetime', constraints: { required: true }, loopwright: { role: 'timestamp' } },
    { name: 'amount', type: 'number', constraints: { minimum: -1000, maximum: 1000 } },
    { name: 'hour', type: 'integer', constraints: { minimum: 0, maximum: 23 } },
    { name: 'country', type: 'string', categories: ['de', 'fr', 'pl'] },
  ],
  primaryKey: 'id',
};
const rules = new RowSchema({
  meta: {
    features: [
      { name: 'amount', kind: 'numeric' },
      { name: 'hour', kind: 'numeric' },
      { name: 'country', kind: 'categorical' },
    ],
    takesAbsent: true,
  },
  schema,
  alsoReads: ['id', 'at'],
  invalid: 'quarantine',
});

for (const n of [1, 100, 500]) {
  const rows = Array.from({ length: n }, (_, i) => ({
    id: `o${i}`,
    at: '2026-04-01T10:00:00Z',
    amount: i,
    hour: i % 24,
    country: 'de',
  }));
  const times: number[] = [];
  for (let i = 0; i < 3000; i++) {
    const start = performance.now();
    rules.check(rows);
    if (i >= 1000) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(share * times.length)] ?? Number.NaN).toFixed(4);
  console.log(`${n} rows: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}
