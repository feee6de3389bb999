/**
 * Tables below other lines, as banks, accounting programs, statistical offices and measuring devices write them. Tried:
 * names with values above the table, narrower, wider and as wide as it; blank lines between, also below the header; a
 * record of the export above the header (DATEV); a decimal comma in quotes beside another delimiter; comments behind `!`
 * (GEO), `%` and `//`; delimiters behind the rows or the header only; lists of SAP with rules and with tabs; lines of
 * units (in brackets, in words, two lines of a data logger), and lines of words that only may be units; two tables;
 * backslashes in names; files named .data and .dat.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { inferFiles } from '../../../engine/data/inferFiles.ts';
import { sourceFormat, sourceSql } from '../../../engine/data/readSource.ts';
import { describeReading, readingsOf } from '../../../engine/data/reading/describeReading.ts';
import { readText } from '../../../engine/data/reading/readText.ts';
import { rawSource } from '../../../engine/data/typedSource.ts';
import { validateTable } from '../../../engine/data/validateTable.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runIn } from '../../helpers/runIn.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());
let files = 0;

function file(content: string | Buffer, ending = 'csv'): string {
  const path = join(folder, `r${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

/** The table as all commands read it: names, then rows of texts. */
async function table(path: string, read = {}): Promise<unknown[][]> {
  const rows = await db.rows(
    `SELECT * FROM ${sourceSql([path], { allText: true, withFile: false, rejects: true, read })}`,
  );
  const { names, leftOut } = readText(path, read);
  const kept = names.filter((_, i) => !leftOut.includes(i));
  return [kept, ...rows.map((row) => kept.map((name) => row[name]))];
}

const latin = (text: string) => Buffer.from(text, 'latin1');
const reports: [name: string, content: string | Buffer, line: number, expected: unknown[][], ending?: string][] = [
  [
    'names with values above a wider table, one of them with three fields (ING)',
    latin(
      'Umsatzanzeige;Datei erstellt am: 31.01.2024 10:00\n\nIBAN;DE12\nBank;ING\nKunde;Max\nZeitraum;01.01.2024 - 31.01.2024\nSaldo;1.234,56;EUR\n\nAlle gebuchten Umsätze.\n\nBuchung;Valuta;Auftraggeber;Saldo;Währung;Betrag;Währung\n31.01.2024;31.01.2024;REWE;1.234,56;EUR;-12,50;EUR\n30.01.2024;30.01.2024;Müller;1.247,06;EUR;-1.000,00;EUR\n',
    ),
    11,
    [
      ['Buchung', 'Valuta', 'Auftraggeber', 'Saldo', 'Währung', 'Betrag', 'Währung_2'],
      ['31.01.2024', '31.01.2024', 'REWE', '1.234,56', 'EUR', '-12,50', 'EUR'],
      ['30.01.2024', '30.01.2024', 'Müller', '1.247,06', 'EUR', '-1.000,00', 'EUR'],
    ],
  ],
  [
    'decimal commas in quotes beside few semicolons (comdirect)',
    ';\n"Umsätze Girokonto";"Zeitraum: 30 Tage";\n"Neuer Kontostand";"1.234,56 EUR";\n\n"Tag";"Valuta";"Vorgang";"Umsatz in EUR";\n"offen";"--";"Visa";"-3,50";\n"31.01.2024";"31.01.2024";"Lastschrift";"-45,00";\n"30.01.2024";"30.01.2024";"Übertrag";"1.000,00";\n\n"Alter Kontostand";"283,06 EUR";\n',
    5,
    [
      ['Tag', 'Valuta', 'Vorgang', 'Umsatz in EUR'],
      ['offen', '--', 'Visa', '-3,50'],
      ['31.01.2024', '31.01.2024', 'Lastschrift', '-45,00'],
      ['30.01.2024', '30.01.2024', 'Übertrag', '1.000,00'],
    ],
  ],
  [
    'names with values above a table of three columns',
    'Report name:,Sales\nGenerated,2024-01-31\nFilter,"a, b"\n\nRegion,Units,Price\nNorth,5,1.50\nSouth,7,2.50\nEast,12,\n',
    5,
    [
      ['Region', 'Units', 'Price'],
      ['North', '5', '1.50'],
      ['South', '7', '2.50'],
      ['East', '12', null],
    ],
  ],
  [
    'names with values above a table of two columns',
    'Station,Berlin\nUnit,C\n\ndate,temp\n2024-01-01,5.5\n2024-01-02,6.5\n2024-01-03,7.5\n2024-01-04,1\n2024-01-05,2\n',
    4,
    [
      ['date', 'temp'],
      ['2024-01-01', '5.5'],
      ['2024-01-02', '6.5'],
      ['2024-01-03', '7.5'],
      ['2024-01-04', '1'],
      ['2024-01-05', '2'],
    ],
  ],
  [
    'a wider record of the export above the header (DATEV)',
    '"EXTF";700;21;"Buchungsstapel";13;20240131140440439;;"RE";"";29098;55003\nUmsatz;S/H;WKZ;Konto;Belegdatum;Text\n1234,56;"S";"EUR";70001;3101;"Müller"\n500,00;"H";"EUR";70002;0502;"x"\n',
    2,
    [
      ['Umsatz', 'S/H', 'WKZ', 'Konto', 'Belegdatum', 'Text'],
      ['1234,56', 'S', 'EUR', '70001', '3101', 'Müller'],
      ['500,00', 'H', 'EUR', '70002', '0502', 'x'],
    ],
  ],
  [
    'a list of SAP with tabs, a title as wide as the table, and a blank line below the header',
    Buffer.from(
      '\ufeff31.01.2024\tDynamische Listenausgabe\t\t1\r\n\r\nTabelle:\tBSEG\r\n\r\n\tBelegnr\tBuch.dat.\tBetrag\r\n\r\n\t1900000001\t31.01.2024\t1.234,56-\r\n\t1900000002\t30.01.2024\t500,00 \r\n',
      'utf16le',
    ),
    5,
    [
      ['column0', 'Belegnr', 'Buch.dat.', 'Betrag'],
      [null, '1900000001', '31.01.2024', '1.234,56-'],
      [null, '1900000002', '30.01.2024', '500,00 '],
    ],
    'txt',
  ],
  [
    'comments behind exclamation marks (GEO)',
    '!Series\t"x"\n!Sample\t"a"\t"b"\n"ID_REF"\t"G1"\t"G2"\n"p1"\t1.5\t2.5\n"p2"\t3.5\t4.5\n',
    3,
    [
      ['ID_REF', 'G1', 'G2'],
      ['p1', '1.5', '2.5'],
      ['p2', '3.5', '4.5'],
    ],
    'tsv',
  ],
  ...['%', '//'].map((sign): [string, string, number, unknown[][]] => [
    `comments behind ${sign}`,
    `${sign} made by us\n${sign} on Monday\na,b\n1,2\n3,4\n`,
    3,
    [
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ],
  ]),
  [
    'delimiters behind the rows only',
    'a,b,c\n1,2,3,,,\n4,5,6,,,\n',
    1,
    [
      ['a', 'b', 'c'],
      ['1', '2', '3'],
      ['4', '5', '6'],
    ],
  ],
  [
    'a delimiter behind the header only',
    'a,b,c,\n1,2,3\n4,5,6\n7,8,9\n',
    1,
    [
      ['a', 'b', 'c'],
      ['1', '2', '3'],
      ['4', '5', '6'],
      ['7', '8', '9'],
    ],
  ],
  [
    'a backslash in a name (Eurostat)',
    'unit,geo\\time\t2019 \t2020 \nPC,AT\t12.5 \t13.1 \nPC,BE\t11.0 \t: \n',
    1,
    [
      ['unit,geo\\time', '2019', '2020'],
      ['PC,AT', '12.5 ', '13.1 '],
      ['PC,BE', '11.0 ', ': '],
    ],
    'tsv',
  ],
  [
    'the larger of two tables',
    'a,b\n1,2\n\nc,d,e\n1,2,3\n4,5,6\n7,8,9\n',
    4,
    [
      ['c', 'd', 'e'],
      ['1', '2', '3'],
      ['4', '5', '6'],
      ['7', '8', '9'],
    ],
  ],
  [
    'one line of a .data file',
    '39, State-gov, 77516\n',
    1,
    [
      ['column0', 'column1', 'column2'],
      ['39', ' State-gov', ' 77516'],
    ],
    'data',
  ],
];

for (const [name, content, line, expected, ending] of reports)
  test(`a report: ${name}`, async () => {
    const path = file(content, ending);
    const reading = readText(path);
    assert.deepEqual(await table(path), expected, JSON.stringify(reading));
    assert.equal(reading.readAs.skip + 1, line);
  });

test('a list of SAP with rules is a table as a program prints it', async () => {
  const rule = '-'.repeat(46);
  const page = (...rows: string[]) => [rule, '|  Beleg|Text     |    Betrag|Währg|', rule, ...rows, rule].join('\r\n');
  const text = `31.01.2024     Dynamische Listenausgabe     1\r\n\r\n${page('|  19001|Büro     | 1.234,56-|EUR  |', '|  19002|M & S    |   500,00 |EUR  |')}\r\n`;
  const path = file(latin(text), 'txt');
  assert.deepEqual(await table(path), [
    ['Beleg', 'Text', 'Betrag', 'Währg'],
    ['19001', 'Büro', '1.234,56-', 'EUR'],
    ['19002', 'M & S', '500,00', 'EUR'],
  ]);
  assert.match(describeReading(readingsOf([path])).join(), /a table as a program prints it/);
});

const units: [name: string, content: string, lines: number, told: RegExp, rows: number][] = [
  ['words', 'time,voltage\ns,V\n0,1.5\n0.1,1.6\n', 2, /units in line 2 are left out: `s`, `V`; `headerLines: 1`/, 2],
  ['brackets', 'Name;Datum;Wert\n;;[EUR]\nA;31.01.2024;1,5\nB;01.02.2024;2,5\n', 2, /units in line 2/, 2],
  ['quoted, with CRLF', '"t","x"\r\n"[s]","(mm)"\r\n"0","1"\r\n"1","2"\r\n"2","3"\r\n', 2, /units in line 2/, 3],
  [
    'a data logger of Campbell',
    '"TOA5","st","CR1000","12","CR1000.Std","CPU:p.CR1","55","Met"\n"TIMESTAMP","RECORD","AirT","RH"\n"TS","RN","Deg C","%"\n"","","Avg","Smp"\n"2024-01-31 10:00:00",0,12.53,"NAN"\n"2024-01-31 10:10:00",1,12.6,55.1\n',
    3,
    /units in lines 3 and 4 are left out: `TS`, `RN`, `Deg C`/,
    2,
  ],
];
for (const [name, content, headerLines, told, rows] of units)
  test(`units below the header: ${name}`, async () => {
    const path = file(content, name.startsWith('a data') ? 'dat' : 'csv');
    assert.equal(readText(path).readAs.headerLines, headerLines);
    assert.match(describeReading(readingsOf([path])).join(), told);
    assert.equal((await table(path)).length - 1, rows);
    // All lines are rows when it is said so.
    assert.equal((await table(path, { headerLines: 1 })).length - 1, rows + headerLines - 1);
    // Faults have the lines of the file.
    const { schema } = await inferFiles(db, [path], { guess: false });
    assert.ok(
      schema.fields.every((field, i) => i === 0 || name === 'brackets' || field.type !== 'string'),
      JSON.stringify(schema),
    );
    writeFileSync(path, `${content}a,b,c,d,e,f\n`.replace(/a,b/, name === 'brackets' ? 'a;b;c;d;e' : 'a,b'));
    const raw = rawSource([path], schema);
    const result = await validateTable(db, { source: raw.sql, schema, mode: raw.mode, rejects: raw.rejects });
    assert.equal(result.rules.find(({ rule }) => rule === 'line')?.firstRow, rows + 1);
    await result.discard();
  });

test('words below the header that are no units stay a row, and are told', async () => {
  const path = file(',a,a,b\n,x,y,x\nidx,,,\n0,1,2,3\n1,4,5,6\n');
  assert.equal((await table(path)).length - 1, 4);
  assert.match(
    describeReading(readingsOf([path])).join(),
    /lines 2 and 3 with text above numbers \(`x`, `y`, `x`\) can belong to the header; `headerLines: 3`/,
  );
  assert.equal((await table(path, { headerLines: 3 })).length - 1, 2);
  // Words for no value, names and texts of every row are none.
  for (const text of ['a,b\nNA,?\n1,2\n3,4\n', 'a,b\n1,x\n2,y\n', 'name,note\nAda,s\nBob,V\n'])
    assert.equal(readText(file(text)).readAs.headerLines, 1);
});

// Tried: Polish, Czech and Hungarian in windows-1250, German of Mac OS, the euro of ISO 8859-15; French, Italian, Spanish,
// Danish and units with a raised three stay windows-1252.
test('letters of Central Europe, of Mac OS and the euro of ISO 8859-15', () => {
  const bytes = (text: string, letters: Record<string, number>) =>
    Buffer.from([...text].map((c) => letters[c] ?? c.charCodeAt(0)));
  const polish = { ł: 0xb3, ą: 0xb9, ż: 0xbf, ó: 0xf3, ę: 0xea, ś: 0x9c };
  const czech = { ě: 0xec, ů: 0xf9, ř: 0xf8, č: 0xe8, á: 0xe1, í: 0xed, é: 0xe9, š: 0x9a };
  const mac = { ü: 0x9f, ö: 0x9a, ä: 0x8a };
  for (const [content, about] of [
    [bytes('imię;x\nMichał Małkowska;1\nŻółw,ciąża;2\n'.replace('Żó', 'zó'), polish), /windows-1250 reads “imię”/],
    [bytes('měsíc;x\nZaůčtováno;1\nprůměr;2\n', czech), /windows-1250 reads “měsíc”/],
    [bytes('name;x\nMüller;1\nGrün;2\nBäcker;3\n', mac), /macintosh reads “Müller”/],
  ] as const)
    assert.throws(() => readText(file(content)), about);
  assert.equal(readText(file(bytes('name,p\nMüller,5 €\nKöln,7 €\n', { '€': 0xa4 }))).readAs.encoding, 'iso-8859-15');
  for (const text of [
    'où,x\npère,1\nforêt,2\nça,3\n',
    'città,x\nlunedì,1\npiù,2\nperò,3\n',
    'a,x\n¿cómo?,1\naño,2\n¿Qué?,3\n',
    'by,x\nKøbenhavn,1\nÆrø,2\nÅrhus,3\n',
    'name,x\nGröße m³,1\nkm²,2\nNote¹,3\n',
  ])
    assert.equal(readText(file(latin(text))).readAs.encoding, 'windows-1252', text);
});

test('bars that are all doubled are one delimiter, and letters that count up are no units', () => {
  assert.equal(readText(file('id||name||age\n1||ed||36\n2||leigh||NA\n', 'txt')).readAs.delimiter, '||');
  assert.equal(readText(file('a|b|c\n1||2\n3|4|5\n', 'txt')).readAs.delimiter, '|');
  assert.equal(readText(file('p,q,r\nA,B,C\n1,2,3\n4,5,6\n')).readAs.headerLines, 1);
  // One column of numbers with commas between thousands is no table of ragged lines.
  for (const [content, names] of [
    ['100,000.00\n300,000,000.40\n50\n', ['column0']],
    ['amount\n1,234.50\n7\n12,345,678.00\n', ['amount']],
    ['a,b\n1,234.5\n7,100\n', ['a', 'b']],
    ['100,000.5\n200,100.5\n', ['column0', 'column1']],
  ] as const)
    assert.deepEqual(readText(file(content)).names, names, content);
  // Lines of a table without a header count from the first.
  assert.match(readText(file('1;2;3\n5;6\n7;8;9\n')).ragged ?? '', /1 of the first 3 rows/);
});

test('a header that occurs again, as in files that were put together, is told', async () => {
  const path = file('a,b\n1,x\na,b\n3,y\n');
  assert.deepEqual((await table(path))[0], ['a', 'b']);
  assert.match(describeReading(readingsOf([path])).join(), /the header occurs again as a row, in line 3/);
  // Words that occur again are no names.
  assert.deepEqual((await table(file('x,y\nx,y\ny,x\nx,y\n')))[0], ['column0', 'column1']);
});

test('collect without a schema tells how it reads the columns, and lines of another length', async () => {
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\ndatasets:\n  d: { path: out/d.parquet }\nstages:\n  s: { uses: collect, with: { dataset: d, from: { files: in/a.csv, headerLines: 2 } } }\n',
    'in/a.csv': 'day;amount\nd;EUR\n31.01.24;1.234,50\n01.02.24;n/a\n02.02.24\n',
  });
  const project = runIn(root);
  const outcome = await project.run();
  assert.equal(outcome.error, null, project.logs.join('\n'));
  const logs = project.logs.join('\n');
  assert.match(logs, /1 of the first 3 rows does not have 2 fields, first line 5 with 1/);
  assert.match(logs, /`day`: dates are read as %d\.%m\.%y/);
  assert.match(logs, /`amount`: decimal comma, `\.` between thousands; `n\/a` \(1\) means no value/);
});

test('binary files named .dat are no table', () => {
  assert.equal(sourceFormat(file(Buffer.from([1, 0, 2, 0]), 'dat')), null);
  assert.equal(sourceFormat(file('a b\n1 2\n', 'dat')), 'csv');
  assert.equal(sourceFormat(join(folder, 'missing.data')), null);
});
