import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decisionsOf } from '../../engine/labelling/decisions.ts';
import { appendRecord, readLog } from '../../engine/labelling/labelLog.ts';
import type { LabelRecord } from '../../engine/labelling/labelRecords.ts';
import { makeProject } from '../helpers/makeProject.ts';

const module = join(import.meta.dirname, '../../engine/labelling/labelLog.ts');
const at = Date.UTC(2026, 10, 23, 9, 30);
const header = 'id,kind,labeller,labelled_at,source\n';

function labelFile(content?: string) {
  const root = makeProject(content === undefined ? {} : { 'labels/review.csv': content });
  return { path: join(root, 'labels/review.csv'), file: 'labels/review.csv', key: 'id', label: 'kind' };
}

function record(key: string, label: string, labeller = 'ann', source: LabelRecord['source'] = 'hand'): LabelRecord {
  return { key, label, labeller, at, source };
}

test('every decision is one line more, and what stands there stays as it is', () => {
  const file = labelFile();
  let before = '';
  for (const one of [
    record('o1', 'fraud'),
    record('o2', '', 'ann', 'skip'),
    record('o1', 'fine', 'ben'),
    record('o1', '', 'ann', 'undo'),
  ]) {
    assert.deepEqual(appendRecord(file, one), { note: null });
    const now = readFileSync(file.path, 'utf8');
    assert.ok(now.startsWith(before), 'rewritten');
    before = now;
  }
  assert.equal(
    before,
    `${header}o1,fraud,ann,2026-11-23T09:30:00.000Z,hand\no2,,ann,2026-11-23T09:30:00.000Z,skip\no1,fine,ben,2026-11-23T09:30:00.000Z,hand\no1,,ann,2026-11-23T09:30:00.000Z,undo\n`,
  );
  assert.equal(readLog(file).records.length, 4);
});

test('hostile keys, labels and names come back as they were', () => {
  const file = labelFile();
  const texts = [
    'a "quoted" one',
    'with,comma',
    'two\nlines',
    'cr\r\nlf',
    "'; DROP TABLE rows; --",
    ' spaces ',
    '"',
    '""',
    'ünïcödé 😀',
    '=1+1',
    '\ttab',
  ];
  for (const text of texts) appendRecord(file, record(text, text, text.replaceAll(/\s/g, ' ')));
  const { records, broken } = readLog(file);
  assert.deepEqual(
    records.map(({ key, label }) => [key, label]),
    texts.map((text) => [text, text]),
  );
  assert.deepEqual(broken, []);
});

test("an undo brings the labeller's decision before back, and nobody else's", () => {
  const lines = [
    record('o1', 'fraud'),
    record('o1', 'fine'),
    record('o1', 'fine', 'ben'),
    record('o2', '', 'ann', 'skip'),
    record('o2', '', 'ann', 'undo'),
    record('o1', '', 'ann', 'undo'),
  ];
  const { byKey, trails } = decisionsOf(lines, ['fraud', 'fine']);
  assert.deepEqual(
    [...(byKey.get('o1') ?? [])].map(([who, { label }]) => [who, label]),
    [
      ['ann', 'fraud'],
      ['ben', 'fine'],
    ],
  );
  assert.equal(byKey.has('o2'), false);
  assert.deepEqual(
    trails.get('ann')?.map(({ key, label }) => [key, label]),
    [['o1', 'fraud']],
  );
  assert.equal(decisionsOf([record('o1', '', 'ann', 'undo')], ['fraud', 'fine']).byKey.size, 0, 'an undo of nothing');
});

for (const [what, torn] of Object.entries({
  'in a bare field': 'o2,fra',
  'within quotes': '"o\n2 with, a "" quo',
  'after a newline within quotes': '"o2\n',
  'after a quote within quotes': '"o2 ""',
  'in the source': 'o2,fraud,ann,2026-11-23T09:30:00.000Z,ha',
})) {
  test(`a line cut short ${what} takes no other with it and is told once`, () => {
    const file = labelFile(`${header}o1,fraud,ann,2026-11-23T09:30:00.000Z,hand\n${torn}`);
    assert.deepEqual(
      readLog(file).records.map(({ key }) => key),
      ['o1'],
    );
    assert.match(appendRecord(file, record('o "3"', 'fine')).note ?? '', /cut short/);
    assert.equal(appendRecord(file, record('o4', 'fine')).note, null);
    const { records, broken } = readLog(file);
    assert.deepEqual(
      records.map(({ key }) => key),
      ['o1', 'o "3"', 'o4'],
    );
    assert.ok(broken.length >= 1);
    assert.ok(
      readFileSync(file.path, 'utf8').startsWith(`${header}o1,fraud,ann,2026-11-23T09:30:00.000Z,hand\n${torn}`),
      'rewritten',
    );
  });
}

test('a file cut anywhere loses at most its last line, and takes new ones', () => {
  const file = labelFile();
  for (const key of ['o1', 'o\n2', 'o"3']) appendRecord(file, record(key, 'fraud'));
  const whole = readFileSync(file.path);
  const ends = [...readLog(file).records.keys()].map(() => 0);
  assert.equal(ends.length, 3);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(file.path, whole);
    truncateSync(file.path, length);
    const before = readLog(file).records.length;
    appendRecord(file, record('new', 'fine'));
    const after = readLog(file).records;
    assert.equal(after.length, before + 1, `cut at ${length}: ${JSON.stringify(readFileSync(file.path, 'utf8'))}`);
    assert.equal(after.at(-1)?.key, 'new');
  }
});

test('a last line that is whole but has no end counts', () => {
  const file = labelFile(`${header}o1,fraud,ann,2026-11-23T09:30:00.000Z,hand`);
  assert.equal(appendRecord(file, record('o2', 'fine')).note, null);
  assert.deepEqual(
    readLog(file).records.map(({ key }) => key),
    ['o1', 'o2'],
  );
});

test('a file of others is refused and left as it is', () => {
  for (const content of [
    'id,kind\no1,fraud\n',
    'id;kind;labeller;labelled_at;source\n',
    '\u0000\u0001',
    'PK\u0003\u0004',
  ]) {
    const file = labelFile(content);
    assert.throws(
      () => appendRecord(file, record('o1', 'fraud')),
      /begins with another header than id,kind,labeller,labelled_at,source/,
    );
    assert.throws(() => readLog(file), { name: 'DataError' });
    assert.equal(readFileSync(file.path, 'utf8'), content);
  }
  const latin = labelFile('');
  writeFileSync(latin.path, Buffer.from(`${header}caf\u00e9,fraud,ann,2026-11-23T09:30:00.000Z,hand\n`, 'latin1'));
  assert.throws(() => readLog(latin), /not UTF-8/);
  const folder = labelFile();
  mkdirSync(folder.path, { recursive: true });
  assert.throws(() => readLog(folder), /is no file|cannot be read/);
});

test('a key too long for one write is refused before anything is written', () => {
  const file = labelFile();
  assert.throws(() => appendRecord(file, record('x'.repeat(5000), 'fraud')), /too long to be labelled/);
  assert.deepEqual(readLog(file).records, []);
});

test('a file that cannot be written says so', () => {
  const file = labelFile(header);
  // Root may write everything but into a folder.
  const root = process.getuid?.() === 0;
  if (root) {
    rmSync(file.path);
    mkdirSync(file.path);
  } else chmodSync(file.path, 0o444);
  assert.throws(() => appendRecord(file, record('o1', 'fraud')), {
    name: /WorkError|DataError/,
    message: root ? /labels\/review\.csv/ : /could not be written.*permissions/,
  });
});

test(
  'a disk that fills up in the middle of a line is told, and the next line is whole',
  { skip: process.platform === 'win32' ? 'no limits of files there' : false },
  () => {
    const filled =
      `${header}${Array.from({ length: 40 }, (_, i) => `o${i},fraud,ann,2026-11-23T09:30:00.000Z,hand\n`).join('')}`
        .slice(0, 1000)
        .replace(/[^\n]*$/, '');
    const file = labelFile(filled);
    const code = `const { appendRecord } = await import(${JSON.stringify(module)}); appendRecord(${JSON.stringify(file)}, ${JSON.stringify(record('x'.repeat(200), 'fine'))});`;
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 1; exec "$0" --input-type=module -e "$1"', process.execPath, code],
      { encoding: 'utf8' },
    );
    assert.equal(status, 1);
    assert.match(stderr, /could not be written to labels\/review\.csv.*It does not count/);
    assert.equal(readFileSync(file.path).length, 1024, 'the limit cut the line');
    const before = readLog(file).records.length;
    assert.match(appendRecord(file, record('o99', 'fine')).note ?? '', /cut short/);
    assert.equal(readLog(file).records.length, before + 1);
  },
);

test('lines of two processes at once are all whole', async () => {
  const file = labelFile();
  const code = `const { appendRecord } = await import(${JSON.stringify(module)});
    for (let i = 0; i < 200; i++) appendRecord(${JSON.stringify(file)}, { key: process.argv[1] + i + '\\n"x"'.repeat(i % 7), label: 'fraud', labeller: process.argv[1], at: ${at} + i, source: 'hand' });`;
  const children = ['ann', 'ben'].map((who) =>
    spawn(process.execPath, ['--input-type=module', '-e', code, who], { stdio: ['ignore', 'inherit', 'inherit'] }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0] as number));
  assert.deepEqual(codes, [0, 0]);
  const { records, broken } = readLog(file);
  assert.deepEqual(broken, []);
  for (const who of ['ann', 'ben'])
    assert.deepEqual(
      records.filter(({ labeller }) => labeller === who).map((one) => one.at - at),
      Array.from({ length: 200 }, (_, i) => i),
    );
});

test('lines that people broke are numbered', () => {
  const file = labelFile(
    `${header}o1,fraud,ann,2026-11-23T09:30:00.000Z,hand\nnonsense\no2,fraud,ann,yesterday,hand\n`,
  );
  appendFileSync(file.path, 'o3,fraud,ann,2026-11-23T09:30:00.000Z,hand\r\n');
  const { records, broken } = readLog(file);
  assert.deepEqual(
    records.map(({ key }) => key),
    ['o1', 'o3'],
  );
  assert.deepEqual(broken, [3, 4]);
});
