import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { quotePath } from '../../engine/data/quote.ts';
import { findSlices } from '../../engine/evaluation/foundSlices/findSlices.ts';
import { GroupCodes } from '../../engine/evaluation/groups.ts';
import { rowLosses } from '../../engine/evaluation/rowLosses.ts';
import { isLong } from '../helpers/rounds.ts';
import { preparePython, python } from '../statistics/parityPython.ts';

const missing = preparePython();
const skip = missing !== null && process.env['CI'] === undefined ? missing : false;

/** The census data on employment in Massachusetts, with a model's predictions, that come with NannyML. */
function employment(): string {
  const lib = join(dirname(dirname(python)), 'lib');
  const [path] = readdirSync(lib)
    .map((version) => join(lib, version, 'site-packages/nannyml/datasets/data/employment_MA_reference.pq'))
    .filter((file) => existsSync(file));
  assert.ok(path, 'no census data in the package of NannyML');
  return path;
}

test('on census data the search finds those with some college who never married', { skip }, async () => {
  assert.equal(missing, null);
  const names = ['SCHL', 'MAR', 'RELP', 'DIS', 'ESP', 'CIT', 'MIG', 'MIL', 'ANC', 'NATIVITY', 'DEAR', 'DEYE', 'DREM'];
  const columns = [...names, 'SEX', 'RAC1P'];
  const db = await openDatabase();
  const { rows, columns: read } = await db.table(
    `SELECT ${columns.map((name) => `"${name}"::VARCHAR AS "${name}"`).join(', ')},
       (10 * floor(AGEP / 10))::INTEGER::VARCHAR AS age, employed::DOUBLE AS employed, predicted_probability
     FROM read_parquet(${quotePath(employment())})`,
  );
  db.close();
  const numbers = (name: string) => {
    const column = read[name];
    assert.ok(column?.kind === 'number');
    return Float64Array.from(column.values);
  };
  const found = rowLosses(
    numbers('employed'),
    { task: 'binary', values: numbers('predicted_probability'), probabilities: [] },
    { threshold: 0.5, minPrecision: 0.9 },
  );
  assert.ok(found);
  const search = findSlices({
    columns: [...columns, 'age'].map((name) => {
      const column = read[name];
      assert.ok(column?.kind === 'text');
      const codes = new GroupCodes(rows);
      codes.add(column.values);
      return { name, groups: codes.groups() };
    }),
    ...found,
    depth: isLong ? 3 : 2,
  });
  // SCHL 19 is one or more years of college without a degree, MAR 5 is never married.
  const place = search.slices.findIndex(
    ({ conditions }) => conditions.map(({ column, value }) => `${column}=${value}`).join(' ') === 'SCHL=19 MAR=5',
  );
  const slice = search.slices[place];
  assert.ok(slice && slice.n === 3782 && slice.pValue < 1e-6);
  assert.ok(Math.abs(slice.loss - 0.609239776412) < 1e-9 && Math.abs(slice.restLoss - 0.367008548383) < 1e-9);
});
