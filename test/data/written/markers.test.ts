/**
 * Markers of missing values in SQL. Tried: each marker, with blanks around it, with a letter more or less, random texts
 * of their letters, blanks, the empty text, NULL, letters of several bytes, dates of zeros beside the known markers.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { quoteLiteral } from '../../../engine/data/quote.ts';
import { isMarkerSql } from '../../../engine/data/written/countUnread.ts';
import { isMarker, missingMarkers } from '../../../engine/data/written/markers.ts';
import { seededRandom } from '../../../engine/statistics/random.ts';
import { rounds } from '../../helpers/rounds.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

test('SQL finds the texts that JavaScript finds', async () => {
  const random = seededRandom(3);
  const letters = [...new Set(missingMarkers.join(''))];
  const any = () => letters[random.integer(letters.length)] ?? '';
  const texts = [
    ...missingMarkers.flatMap((marker) => [
      marker,
      `  ${marker}`,
      `${marker}   `,
      marker.slice(1),
      marker.slice(0, -1),
      `${marker}${any()}`,
    ]),
    '',
    ' ',
    '    ',
    'ü',
    '–',
    '———',
    '\u00a0',
    'Köln',
    '00000000',
    ' 00000000',
    'a'.repeat(200),
    `NA${' '.repeat(100)}`,
    ...Array.from({ length: rounds(5000) }, () => Array.from({ length: 1 + random.integer(7) }, any).join('')),
  ];
  await db.run(
    `CREATE TEMP TABLE texts AS SELECT unnest([${texts.map(quoteLiteral).join(', ')}]) AS t, unnest(range(${texts.length})) AS i`,
  );
  const found = async (others?: ReadonlySet<string>) =>
    (await db.rows(`SELECT i FROM texts WHERE ${isMarkerSql('t', others)} ORDER BY i`)).map(
      ({ i }) => texts[Number(i)],
    );
  const trimmed = (text: string) => text.replace(/^ +| +$/g, '');
  const wanted = (own: string[] = []) =>
    texts.filter((text) => text !== '' && (isMarker(trimmed(text)) || own.includes(trimmed(text))));
  assert.deepEqual(await found(), wanted());
  assert.deepEqual(await found(new Set(['', 'NA', '00000000'])), wanted(['00000000']));
  assert.deepEqual(await db.rows(`SELECT count(*) AS n FROM (SELECT NULL::VARCHAR AS t) WHERE ${isMarkerSql('t')}`), [
    { n: 0 },
  ]);
});

test('codes with zeros in front are found behind the rows that propose numbers', async () => {
  const { writtenSchema } = await import('../../../engine/data/written/writtenSchema.ts');
  const numbers = Array.from({ length: 3000 }, (_, i) => String(i + 1));
  for (const [last, type] of [
    ['00123', 'string'],
    ['0.5', 'number'],
    ['0', 'integer'],
    ['-7', 'integer'],
  ] as const) {
    await db.run(
      `CREATE OR REPLACE TEMP TABLE numbers AS SELECT unnest([${[...numbers, last].map(quoteLiteral).join(', ')}]) AS n`,
    );
    const { schema } = await writtenSchema(db, 'numbers', ['n'], { delimiter: ',' });
    assert.equal(schema.fields[0]?.type, type, last);
  }
});
