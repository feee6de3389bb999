/**
 * Numbers with units. Tried: one unit, several, some rows without one, without a blank, degrees, per, units that are not
 * known, other units behind the rows from which the reading is proposed, currencies likewise, codes such as `12a`.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { quoteLiteral } from '../../../engine/data/quote.ts';
import { writtenSchema } from '../../../engine/data/written/writtenSchema.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

async function one(texts: readonly string[]) {
  await db.run(`CREATE OR REPLACE TEMP TABLE texts AS SELECT unnest([${texts.map(quoteLiteral).join(', ')}]) AS x`);
  const { schema, columns } = await writtenSchema(db, 'texts', ['x'], { delimiter: ',' });
  return { type: schema.fields[0]?.type, notes: columns[0]?.notes.join('; ') ?? '', strays: columns[0]?.strays };
}

const units: [string[], RegExp][] = [
  [['5 kg', '7.5 kg', '12 kg'], /numbers with the unit `kg`, kept as text, such as `5 kg`/],
  [['12 cm', '8 cm'], /the unit `cm`/],
  [
    ['5 kg', '5 lb'],
    /numbers with different units, kept as text: `kg` \(1, such as `5 kg`\), `lb` \(1, such as `5 lb`\)/,
  ],
  [['5 kg', '7', '8 kg'], /`kg` \(2, such as `5 kg`\), without a unit \(1, such as `7`\)/],
  [['12cm', '1,5m'], /different units/],
  [['37.2°C', '98.6 °F'], /`°C`.*`°F`/],
  [['120 km/h', '80 km/h'], /the unit `km\/h`/],
  [['1.5k', '2.3M', '900'], /`k`.*`M`.*without a unit/],
  [['3 Tage', '5 Tage', '8 Tage'], /the unit `Tage`/],
  [['10 widgets', '12 widgets', '7 widgets'], /the unit `widgets`/],
  [['5 min', '30 s'], /different units/],
  [['-5 °C', '−3 °C'], /the unit `°C`/],
];
for (const [texts, told] of units)
  test(`units ${texts.join(' | ')}`, async () => {
    const { type, notes } = await one(texts);
    assert.equal(type, 'string');
    assert.match(notes, told);
  });

test('another unit far down is no number either', async () => {
  const money = Array.from({ length: 3000 }, (_, i) => `$${i}.50`);
  for (const last of ['5 kg', '€5.00', '5.00 USD', 'CHF 7'])
    assert.equal((await one([...money, last])).type, 'string', last);
  assert.equal((await one([...money, '($5.00)', '-$7'])).type, 'number');
  const few = Array.from({ length: 40 }, (_, i) => `$${i}`);
  assert.equal((await one([...few, '5 kg'])).type, 'string');
  const plain = await one([...Array.from({ length: 40 }, (_, i) => String(i)), '5 kg']);
  assert.deepEqual([plain.type, plain.strays], ['integer', [{ text: '5 kg', rows: 1 }]]);
});

test('codes are not taken for amounts', async () => {
  for (const texts of [
    ['12a', '14b', '15a'],
    ['3D', '2D'],
    ['A4', 'B5'],
    ['1st', '2nd', '3rd'],
    ['red', 'green'],
  ])
    assert.equal((await one(texts)).notes, '', texts.join());
});
