import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimalCast } from '../../engine/data/decimalCast.ts';
import { withDatabase } from '../../engine/data/withDatabase.ts';

test('short and long numbers keep every digit, and what does not fit is an error', async () => {
  await withDatabase(undefined, async (db) => {
    const cast = async (text: string, digits: number, scale: number) =>
      (
        await db.rows(`SELECT CAST(${decimalCast('t', digits, scale)} AS VARCHAR) AS v FROM (SELECT '${text}' AS t)`)
      )[0]?.['v'];
    assert.equal(await cast('1.25', 38, 2), '1.25');
    assert.equal(await cast('-9999999999999999.99', 20, 2), '-9999999999999999.99');
    assert.equal(await cast('123456789012345678.25', 20, 2), '123456789012345678.25');
    assert.equal(await cast('99999999999999999999999999999999999999', 38, 0), '99999999999999999999999999999999999999');
    assert.equal(
      await cast('0.00000000000000000000000000000000000001', 38, 38),
      '.00000000000000000000000000000000000001',
    );
    assert.equal(await cast('12.5', 18, 4), '12.5000');
    await assert.rejects(cast('1234567890123456789.5', 19, 1));
  });
});
