/**
 * Names with characters that are not seen. Tried: zero-width space, joiner and non-joiner, byte order mark at the start
 * and inside, soft hyphen, no-break spaces, direction marks, a wide space, line breaks, letters with accents apart; in
 * CSV, JSON Lines and Parquet; two names that are the same without them; joiners that Persian, Hindi and emoji need.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { suggestion } from '../../../engine/base/didYouMean.ts';
import { invisibleIn, withoutInvisible } from '../../../engine/base/invisible.ts';
import { openDatabase } from '../../../engine/data/database.ts';
import { describeReading, readingsOf } from '../../../engine/data/reading/describeReading.ts';
import { readText } from '../../../engine/data/reading/readText.ts';
import { columnProblems } from '../../../engine/data/tableProblems.ts';
import { checkFiles } from '../../../engine/data/checkFiles.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());

const names: [string, string, RegExp][] = [
  ['pre\u200bis', 'preis', /preis \(U\+200B zero-width space\)/],
  ['pre\u200dis', 'preis', /preis \(U\+200D zero-width joiner\)/],
  ['pre\u200cis', 'preis', /U\+200C zero-width non-joiner/],
  ['\ufeffpreis', 'preis', /preis \(U\+FEFF byte order mark\)/],
  ['pre\ufeffis', 'preis', /U\+FEFF/],
  ['pre\u00adis', 'preis', /preis \(U\+00AD soft hyphen\)/],
  ['preis\u00a0', 'preis', /preis \(U\+00A0 no-break space\)/],
  ['preis\u00a0netto', 'preis netto', /preis netto \(U\+00A0 no-break space\)/],
  ['\u202epreis\u202c', 'preis', /U\+202E direction mark, U\+202C direction mark/],
  ['preis\u3000netto', 'preis netto', /U\+3000 wide space/],
];

test('such characters leave the names of text files, and are told', () => {
  for (const [i, [name, plain, told]] of names.entries()) {
    const path = join(folder, `n${i}.csv`);
    writeFileSync(path, `id,${name}\n1,2\n`);
    assert.deepEqual(readText(path).names, ['id', plain]);
    assert.match(describeReading(readingsOf([path]))[0] ?? '', told);
  }
  const path = join(folder, 'two.csv');
  writeFileSync(path, 'a,a\u200b\n1,2\n');
  assert.deepEqual(readText(path).names, ['a', 'a_2']);
  assert.match(describeReading(readingsOf([path]))[0] ?? '', /names that occur twice: a → a_2; .*U\+200B/);
});

test('they stay in JSON and Parquet, and are told', async () => {
  const [json, parquet] = [join(folder, 'a.jsonl'), join(folder, 'a.parquet')];
  writeFileSync(json, '{"id":1,"pre\u00adis":2}\n');
  await db.run(`COPY (SELECT 1 AS id, 2 AS "preis\u200b") TO '${parquet}' (FORMAT parquet)`);
  await checkFiles([json, parquet]);
  assert.match(
    describeReading(readingsOf([json]))[0] ?? '',
    /names with characters that are not seen: preis \(U\+00AD soft hyphen\)/,
  );
  assert.match(describeReading(readingsOf([parquet]))[0] ?? '', /preis \(U\+200B zero-width space\)/);
});

test('a name that looks the same is found', () => {
  assert.equal(
    suggestion('preis', ['id', 'preis\u200b']),
    ' Did you mean `preis\u200b`? They differ by what is not seen: U+200B zero-width space.',
  );
  assert.match(suggestion('Größe', ['Gro\u0308ße']), /letters with their accents apart/);
  assert.match(suggestion('preis ', ['preis']), /a space at an end/);
  const schema = { fields: [{ name: 'preis\u00a0', type: 'number' as const }] };
  assert.match(
    columnProblems(schema, ['id', 'preis'], schema.fields)[0]?.message ?? '',
    /its column preis differs by what is not seen: U\+00A0/,
  );
});

test('joiners that words and pictures need stay', () => {
  for (const name of ['می\u200cخواهم', 'क्\u200dष', '👩\u200d💻', '👩🏽\u200d🚒']) {
    assert.equal(withoutInvisible(name), name);
    assert.deepEqual(invisibleIn(name), []);
  }
  assert.equal(withoutInvisible('می\u200cخواهم\u200b'), 'می\u200cخواهم');
});
