import { profileTable } from '../engine/data/profileTable.ts';
import { sourceSql } from '../engine/data/readSource.ts';
import { validateTable } from '../engine/data/validateTable.ts';
import { withDatabase } from '../engine/data/withDatabase.ts';
import { compareTables } from '../engine/drift/compareTables.ts';
import type { Field } from '../engine/project/schema/datasetSchema.ts';

// What bench/data.ts times, in a process of its own: profile of the current table, validation by 30 rules, drift on
// every column. Prints milliseconds and the most memory.
const [reference = '', current = ''] = process.argv.slice(2);

/** 30 rules over the 20 columns. */
const fields: Field[] = [
  { name: 'id', type: 'integer', constraints: { required: true, unique: true } },
  { name: 'at', type: 'datetime', constraints: { required: true } },
  ...Array.from({ length: 12 }, (_, i): Field => ({
    name: `n${i}`,
    type: 'number',
    constraints: i < 10 ? { minimum: -1000, maximum: 1000 } : { required: true },
  })),
  { name: 'heavy', type: 'number', constraints: { minimum: 0 } },
  ...Array.from({ length: 4 }, (_, i): Field => ({
    name: `c${i}`,
    type: 'string',
    ...(i === 0
      ? { categories: ['level0', 'level1', 'level2'] }
      : i === 3
        ? { constraints: { pattern: 'level[0-9]+' } }
        : {}),
  })),
  { name: 'target', type: 'boolean', constraints: { required: true } },
];

await withDatabase(undefined, async (db) => {
  const [before, now] = [sourceSql([reference]), sourceSql([current])];
  const times: Record<string, number> = {};
  let from = performance.now();
  const lap = (name: string) => {
    times[name] = performance.now() - from;
    from = performance.now();
  };
  const columns = await profileTable(db, now);
  lap('profile');
  const checked = await validateTable(db, {
    source: sourceSql([current], { withFile: true }),
    schema: { fields },
    mode: 'typed',
  });
  lap('validate');
  const drift = await compareTables(db, before, now, { profile: 'loopwright' });
  lap('drift');
  console.log(
    JSON.stringify({
      ...times,
      columns: columns.length,
      rows: checked.rows,
      compared: drift.columns.length,
      maxRssMB: Math.round(process.resourceUsage().maxRSS / 1000),
    }),
  );
});
