import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { readReference } from '../../engine/monitoring/reference.ts';
import type { ModelVersion } from '../../engine/registry/modelVersions.ts';
import { makeProject } from '../helpers/makeProject.ts';

const db = await openDatabase();
after(() => db.close());

const versionAt = (referencePath: string) => ({ version: 3, report: { referencePath } }) as ModelVersion;
const read = (root: string, path: string) => readReference(async () => db, root, versionAt(path));

test('a reference that was stored as JSON is converted to Parquet once, and read with the same values', async () => {
  const root = makeProject();
  writeFileSync(
    join(root, 'reference.json'),
    JSON.stringify({
      rows: 3,
      columns: {
        amount: { kind: 'number', values: [1.5, null, -2] },
        "it's": { kind: 'text', values: ['a', null, 'ü'] },
        _score: { kind: 'number', values: [0.1, 0.2, 0.3] },
      },
    }),
  );
  const expected = {
    rows: 3,
    columns: {
      amount: { kind: 'number', values: Float64Array.of(1.5, Number.NaN, -2) },
      "it's": { kind: 'text', values: ['a', null, 'ü'] },
      _score: { kind: 'number', values: Float64Array.of(0.1, 0.2, 0.3) },
    },
  };
  assert.deepEqual(await read(root, 'reference.json'), expected);
  assert.ok(existsSync(join(root, 'reference.parquet')));
});

test('a reference that is missing or damaged says which version to validate again', async () => {
  const root = makeProject();
  const message = /The reference of version 3 cannot be read: .*\. Validate the model again\.$/s;
  await assert.rejects(read(root, 'gone.parquet'), message);
  await assert.rejects(read(root, 'gone.json'), message);
  writeFileSync(join(root, 'torn.parquet'), 'PAR1');
  await assert.rejects(read(root, 'torn.parquet'), message);
  writeFileSync(join(root, 'torn.json'), '{"rows": 3, "colu');
  await assert.rejects(read(root, 'torn.json'), message);
});
