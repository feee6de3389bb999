// A folder with logs. Tried: access logs of both forms, with virtual hosts and a bad request; JSON lines; logfmt; the
// logs of nginx, Apache, Python, Logback, syslog and systemd, with stack traces; rotated by number, date and name; gzip
// and zstd, bz2; a half last line; windows-1252; a binary file, an empty one and one of no known format; a change log;
// rotated files without the growing one; names with brackets; two logs in one folder; beside tables.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { logFormat } from '../../engine/start/logFormat.ts';
import { lookAtFolder } from '../../engine/start/lookAtFolder.ts';
import { isLogName } from '../../engine/start/lookAtLogs.ts';
import { proposeProject } from '../../engine/start/proposeProject.ts';
import { TableLooks } from '../../engine/start/tableLooks.ts';
import { writeProject } from '../../engine/start/writeProject.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { sampled } from '../helpers/rounds.ts';
import { runIn } from '../helpers/runIn.ts';
import { accessLine, jsonLine, lines, logFiles } from './sourceFolder.ts';

const looks = new TableLooks();
after(() => looks.close());

async function made(root: string, paths: string[]) {
  const proposal = await proposeProject(root, { from: { kind: 'logs', paths } }, looks);
  writeProject(root, proposal.files);
  const problems = checkProject(loadProject(root)).filter(({ severity }) => severity !== 'info');
  assert.deepEqual(
    problems.map(({ code, message }) => `${code} ${message}`),
    [],
  );
  const runner = runIn(root);
  const run = async (stages?: string[]) => {
    const { stages: ran, error } = await runner.run(stages ? { stages } : {});
    assert.equal(error?.message, undefined);
    return Object.fromEntries(ran.map(({ stage, summary }) => [stage, summary]));
  };
  return { ...proposal, run, runner };
}

test('logs with their rotated files, and a project that collects them and what is added', async () => {
  const root = makeProject(logFiles());
  const { logs, tables } = await lookAtFolder(root);
  assert.deepEqual(tables, []);
  assert.deepEqual(
    logs.map(({ path, files, format, about, lines: n, exact }) => [path, files, format, about, n, exact]),
    [
      ['logs/access.log', 3, 'combined', 'combined access log', 900, true],
      ['logs/app.log', 1, 'json', 'JSON lines', 150, true],
    ],
  );
  const { files, run, runner } = await made(root, ['logs/access.log', 'logs/app.log']);
  const text = files[0]?.text ?? '';
  assert.match(text, /from: \{ logs: "logs\/access\.log\*", format: combined \}/);
  assert.match(text, /from: \{ logs: "logs\/app\.log", format: json \}/);
  assert.match(files.find(({ path }) => path.includes('app'))?.text ?? '', /name: time, type: datetime.*timestamp/);
  assert.deepEqual(await run(), { collect_access: '900 rows', collect_app: '150 rows' });
  assert.deepEqual(await runner.rows('data/app.parquet', 'SELECT level, "http.status" AS s, ms FROM data LIMIT 1'), [
    { level: 'error', s: 200, ms: 0 },
  ]);
  appendFileSync(join(root, 'logs/access.log'), `${accessLine(7)}\nnot a line\n`);
  assert.match((await run(['collect_access']))['collect_access'] ?? '', /^901 rows · 1 added · 1 quarantined$/);
});

test('one log alone, by a rotated file too', async () => {
  const root = makeProject(logFiles());
  const { files } = await proposeProject(root, { from: { kind: 'logs', paths: ['logs/access.log.1'] } }, looks);
  assert.match(files[0]?.text ?? '', /\n {2}collect:\n[^]*logs: "logs\/access\.log\*"/);
  await assert.rejects(
    proposeProject(makeProject(), { from: { kind: 'logs', paths: ['none.log'] } }, looks),
    /There is no log `none\.log` with a line/,
  );
});

const at = (i: number) => `2026-06-01 10:00:${String(i % 60).padStart(2, '0')}`;
const cases: [name: string, format: string, columns: string[], line: (i: number) => string][] = [
  [
    'combined with a virtual host',
    'combined',
    ['vhost', 'host', 'time', 'status'],
    (i) => `shop.example ${accessLine(i)}`,
  ],
  ['common', 'common', ['host', 'time', 'path'], (i) => accessLine(i).replace(/ "-" "Moz.*$/, '')],
  [
    'a bad request',
    'combined',
    ['request'],
    (i) => (i % 7 === 0 ? accessLine(i).replace(/"GET[^"]*"/, '"\\x16\\x03"') : accessLine(i)),
  ],
  [
    'logfmt',
    'logfmt',
    ['time', 'level', 'msg', 'took'],
    (i) => `time=${at(i).replace(' ', 'T')}Z level=info msg="it is ${i}" took=${i}.5`,
  ],
  [
    'nginx errors',
    'pattern',
    ['time', 'level', 'pid', 'message'],
    (i) => `${at(i).replaceAll('-', '/')} [error] 12#34: *${i} open() "/x" failed`,
  ],
  [
    'Apache errors',
    'pattern',
    ['time', 'module', 'level', 'client'],
    (i) =>
      `[Mon Jun 01 10:00:${String(i % 60).padStart(2, '0')}.123456 2026] [core:error] [pid 12:tid 99] [client 10.0.0.1:99] AH0012: no`,
  ],
  ['Python', 'pattern', ['time', 'level', 'message'], (i) => `${at(i)},${100 + (i % 800)} INFO started ${i}`],
  [
    'Python with a name',
    'pattern',
    ['time', 'logger', 'level'],
    (i) => `${at(i)},123 - app.core - WARNING - slow ${i}`,
  ],
  ['Python as it is set at first', 'pattern', ['level', 'logger', 'message'], (i) => `INFO:root:started ${i}`],
  [
    'Logback',
    'pattern',
    ['time', 'thread', 'level', 'logger'],
    (i) => `${at(i)}.123 [main-${i % 3}] DEBUG com.example.App - went ${i}`,
  ],
  ['brackets', 'pattern', ['time', 'level', 'message'], (i) => `[${at(i)}] [info] went ${i}`],
  [
    'syslog',
    'pattern',
    ['time', 'host', 'program', 'pid'],
    (i) => `Jun  1 10:00:${String(i % 60).padStart(2, '0')} web1 sshd[${i}]: Accepted`,
  ],
  [
    'syslog with ISO times',
    'pattern',
    ['time', 'host', 'program'],
    (i) => `2026-06-01T10:00:${String(i % 60).padStart(2, '0')}.123456+02:00 web1 cron: ran ${i}`,
  ],
  ['a time and words', 'pattern', ['time', 'message'], (i) => `${at(i)} went ${i}`],
  [
    'JSON of another program',
    'json',
    ['ts', 'a.b'],
    (i) => JSON.stringify({ ts: 1_780_000_000 + i, a: { b: i }, tags: ['x'] }),
  ],
];

test('the usual forms of lines are recognised, and every line is collected', async () => {
  for (const [name, format, , line] of cases) assert.equal(logFormat(lines(80, line))?.format, format, name);
  const chosen = sampled(cases);
  const root = makeProject(Object.fromEntries(chosen.map(([name, , , line]) => [`${name}.log`, lines(80, line)])));
  const { logs } = await lookAtFolder(root);
  const { files, run, runner } = await made(
    root,
    logs.map(({ path }) => path),
  );
  const summaries = await run();
  assert.deepEqual(Object.keys(summaries).length, chosen.length);
  for (const [name, format, columns] of chosen) {
    assert.equal(logs.find(({ path }) => path === `${name}.log`)?.format, format, name);
    const dataset = name.replaceAll(' ', '_').toLowerCase();
    assert.equal(summaries[`collect_${dataset}`], '80 rows', name);
    const schema = files.find(({ path }) => path === `schemas/${dataset}.dataset.yaml`)?.text ?? '';
    for (const column of columns) {
      assert.ok(new RegExp(`name: "?${column}"?[,}]`).test(schema), `${name}: ${column} in\n${schema}`);
      const [row] = await runner.rows(`data/${dataset}.parquet`, `SELECT count("${column}") AS n FROM data`);
      assert.ok(Number(row?.['n']) > 0, `${name}: ${column} has values`);
    }
    if (columns.includes('time') && name !== 'Apache errors')
      assert.match(schema, /name: time, type: datetime, .*timestamp/, name);
  }
});

test('stack traces belong to the line before', async () => {
  const trace = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    x()\nValueError: no such thing\n';
  const text = lines(60, (i) => `${at(i)},001 ERROR failed ${i}\n${i % 5 === 0 ? trace : ''}`.trimEnd());
  const root = makeProject({ 'app.log': text });
  const { run, runner } = await made(root, ['app.log']);
  const { collect } = await run();
  // The last record waits until the next one starts.
  assert.equal(collect, '59 rows');
  const [row] = await runner.rows(
    'data/app.parquet',
    "SELECT count(*) AS n FROM data WHERE message LIKE '%ValueError%'",
  );
  assert.equal(row?.['n'], 12);
});

test('names of logs, and what is none', () => {
  for (const name of [
    'a.log',
    'access_log',
    'error_log.1',
    'app.log.2.gz',
    'app-2026-01-31.log',
    'app.log-20260131',
    'syslog.1',
    'x.logfmt',
    'app.jsonl.1',
    'app.json.2.zst',
  ])
    assert.ok(isLogName(name), name);
  for (const name of [
    'CHANGELOG',
    'change.log',
    'catalog',
    'blog.csv',
    'a.jsonl',
    'a.csv',
    '.npm.log',
    'logs',
    'data-2026-01.json',
    'model.py',
  ])
    assert.ok(!isLogName(name), name);
});

test('packed, dated, cut, other encodings, no known format', async () => {
  const root = makeProject({
    'only/access.log.1.gz': gzipSync(lines(90, accessLine)),
    'z/app.log.zst': zstdCompressSync(lines(70, jsonLine)),
    'dated/app-2026-01-30.log': lines(10, jsonLine),
    'dated/app-2026-01-31.log': lines(20, (i) => jsonLine(i + 50)),
    'half/app.log': lines(30, jsonLine) + jsonLine(99),
    'latin/app.log': Buffer.from(
      lines(40, (i) => `${at(i)} INFO Größe ${i}`),
      'latin1',
    ),
    'odd/words.log': 'one thing\nor another\nno form at all\n',
    'odd/bytes.log': Buffer.from([0, 1, 2, 3, 0, 10, 0]),
    'odd/empty.log': '',
    'odd/packed.log.bz2': Buffer.from('BZh9abcdef'),
    'br[1]/a[2].log': lines(15, accessLine),
    'changelog.log': 'x\n',
  });
  const { logs } = await lookAtFolder(root);
  assert.deepEqual(Object.fromEntries(logs.map(({ path, lines: n, format }) => [path, `${format} ${n}`])), {
    'br[1]/a[2].log': 'combined 15',
    'dated/app.log': 'json 30',
    'half/app.log': 'json 31',
    'latin/app.log': 'pattern 40',
    'only/access.log': 'combined 90',
    'z/app.log': 'json 70',
  });
  const { run, files, notes } = await made(
    root,
    logs.map(({ path }) => path),
  );
  const expected = {
    collect_a_2: 15,
    collect_access: 90,
    collect_app: 30,
    collect_app_2: 30,
    collect_app_3: 40,
    collect_app_4: 70,
  };
  const chosen = sampled(Object.entries(expected));
  assert.deepEqual(
    await run(chosen.map(([stage]) => stage)),
    Object.fromEntries(chosen.map(([stage, rows]) => [stage, `${rows} rows`])),
  );
  assert.match(files[0]?.text ?? '', /encoding: windows-1252/);
  assert.match(notes.join('\n'), /`latin\/app\.log` is read as windows-1252/);
  const odd = await lookAtFolder(join(root, 'odd'));
  assert.deepEqual(
    odd.logs.map(({ path, about, format }) => [path, format, about]),
    [
      ['bytes.log', null, 'it is not text in UTF-8'],
      ['packed.log', null, 'unpack it, or compress it with gzip or zstd'],
      ['words.log', null, 'its lines have no known format; the first is `one thing`'],
    ],
  );
  await assert.rejects(
    proposeProject(join(root, 'odd'), { from: { kind: 'logs', paths: ['words.log'] } }, looks),
    /`words\.log` cannot be collected as it is: its lines have no known format.*format: pattern/,
  );
  const beside = makeProject({ 'words.log': 'x\n', 'data.csv': 'a\n1\n', 'app.log': lines(3, jsonLine) });
  assert.deepEqual(
    (await lookAtFolder(beside)).logs.map(({ path }) => path),
    ['app.log'],
  );
});

test('a format needs most lines, and a word with = alone is no logfmt', () => {
  assert.equal(logFormat('INFO a=1 b=2\nINFO a=1 b=2\n')?.format, 'pattern');
  assert.equal(logFormat('a=1 some other words here\n'), null);
  assert.equal(logFormat('{"a": 1}\n{"a": 2}\n{"a": 3}\n{"a": 4}\n# end\n')?.format, 'json');
  assert.equal(logFormat('{"a": 1}\nb\nc\n'), null);
  assert.equal(logFormat(''), null);
  assert.equal(logFormat('x'.repeat(20_000)), null);
});
