import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openDatabase, type Database } from '../../engine/data/database.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import type { DatasetSchema } from '../../engine/project/schema/datasetSchema.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const schema: DatasetSchema = {
  fields: [
    { name: 'id', type: 'integer', constraints: { required: true } },
    { name: 'a', type: 'string' },
    { name: 'b', type: 'integer' },
  ],
};

describe('malformed CSV lines', () => {
  const folder = temporaryFolder();
  let db: Database;
  before(async () => {
    db = await openDatabase();
  });
  after(() => db.close());

  async function validate(...texts: string[]) {
    const files = texts.map((text, i) => {
      const file = join(folder, `part${i}-${Math.abs(text.length)}.csv`);
      writeFileSync(file, text);
      return file;
    });
    const result = await validateTable(db, {
      source: sourceSql(files, { allText: true, rejects: true }),
      schema,
      mode: 'raw',
      rejects: true,
    });
    const invalid = await db.rows(result.invalidSql);
    await result.discard();
    return { result, invalid };
  }

  it('are set aside and counted with their reason', async () => {
    const { result, invalid } = await validate('id,a,b\n1,2,3\n2,3\n3,4,5,6\n4,"x"y,1\n5,6,7\n');
    assert.deepEqual([result.rows, result.validRows, result.invalidRows], [5, 2, 3]);
    assert.deepEqual(
      invalid.map((row) => row['_row']),
      [2, 3, 4],
    );
    assert.match(String(invalid[0]?.['_reasons']), /^fewer fields than the header: 2,3$/);
    assert.match(String(invalid[1]?.['_reasons']), /^more fields than the header: 3,4,5,6$/);
  });

  it('keep the numbers of the rows after them, in each file by itself, with CRLF too', async () => {
    const { result } = await validate('id,a,b\n1,2,3\n', 'id,a,b\r\n1,2\r\n2,3,4\r\n3\r\n4,5,many\r\n');
    const finding = result.rules.find((rule) => rule.rule === 'type');
    assert.deepEqual([finding?.firstRow, finding?.firstValue], [4, 'many']);
    assert.match(finding?.firstFile ?? '', /part1/);
  });

  it('count also in a file that has no other line', async () => {
    const { result, invalid } = await validate('id,a,b\n1,2\n3,4\n');
    assert.deepEqual([result.rows, result.validRows, result.invalidRows, invalid.length], [2, 0, 2, 2]);
  });

  it('are none in a clean file, and a second check forgets the first', async () => {
    await validate('id,a,b\n1\n');
    const { result } = await validate('id,a,b\n1,2,3\n2,"two\nlines, quoted",4\n');
    assert.deepEqual([result.rows, result.validRows, result.invalidRows], [2, 2, 0]);
    assert.deepEqual(result.rules, []);
  });
});
