import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, homedir, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../engine/data/database.ts';
import { build } from '../scripts/build.ts';

// How long each command takes on a wide file, and how much memory: whole processes of the bundled command line, which is
// built first, one after the other, one run each.
// Beside them DuckDB's SUMMARIZE of the same file, and pandas' describe where a benchmark or test has installed it already. The
// columns are, in turns, decimals, texts, dates, whole numbers, decimals with gaps, and times. The broken file is a CSV
// with a text in each column of another type. Usage: node bench/wide.ts [columns, default 2000] [rows, default 200]
// [csv or parquet] [only these commands, with commas].
const columns = Number(process.argv[2] ?? 2000);
const rows = Number(process.argv[3] ?? 200);
const format = process.argv[4] ?? 'csv';
const only = process.argv[5]?.split(',') ?? null;
const root = mkdtempSync(join(tmpdir(), 'loopwright-bench-wide-'));
const cli = join(import.meta.dirname, '../dist/cli.cjs');

/** Columns written at a time: a statement takes the longer to plan the more columns it names. */
const atOnce = 100;

const kinds: { type: string; sql: (c: number, shift: number) => string }[] = [
  { type: 'number', sql: (c, shift) => `(hash(i, ${c}) % 100000) / 100.0 + ${shift}` },
  { type: 'string', sql: (c) => `['red', 'green', 'blue', 'violet'][1 + (hash(i, ${c}) % 4)::INTEGER]` },
  { type: 'date', sql: (c) => `DATE '2024-01-01' + (hash(i, ${c}) % 700)::INTEGER` },
  { type: 'integer', sql: (c, shift) => `(hash(i, ${c}) % 5000)::INTEGER + ${shift}` },
  { type: 'number', sql: (c) => `CASE WHEN hash(i, ${c}) % 10 > 0 THEN (hash(i, ${c}) % 777) / 8.0 END` },
  {
    type: 'datetime',
    sql: (c) => `TIMESTAMP '2024-01-01 00:00:00' + INTERVAL ((hash(i, ${c}) % 900000)::INTEGER) MINUTE`,
  },
];
const kindOf = (c: number) => kinds[c % kinds.length] ?? kinds[0];

/** Writes a table; `broken` puts a text into the first row of each column that is none of texts. */
async function write(db: Database, path: string, shift: number, broken = false): Promise<void> {
  const parts: string[] = [];
  for (let from = 0; from < columns; from += atOnce) {
    const own = Array.from({ length: Math.min(atOnce, columns - from) }, (_, k) => from + k);
    const values = own.map((c) => {
      const value = kindOf(c)?.sql(c, shift) ?? 'NULL';
      const written =
        broken && kindOf(c)?.type !== 'string' ? `CASE i WHEN 0 THEN 'broken' ELSE (${value})::VARCHAR END` : value;
      return `${written} AS c${c}`;
    });
    const id = from === 0 ? 'i AS row_id, ' : '';
    parts.push(`part_${parts.length}`);
    await db.run(
      `CREATE OR REPLACE TABLE ${parts.at(-1)} AS SELECT ${id}${values.join(', ')} FROM range(${rows}) AS t(i)`,
    );
  }
  await db.run(`COPY (SELECT * FROM ${parts.join(' POSITIONAL JOIN ')}) TO '${path}'`);
  for (const part of parts) await db.run(`DROP TABLE ${part}`);
}

const usage =
  'data:text/javascript,process.on("exit",()=>{const u=process.resourceUsage();console.error("USAGE "+JSON.stringify([(u.userCPUTime+u.systemCPUTime)/1e6,u.maxRSS/1024]))})';

function measure(name: string, args: string[], status: number[] = [0]): string {
  const start = performance.now();
  const done = spawnSync(process.execPath, ['--import', usage, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 900_000,
    killSignal: 'SIGKILL',
  });
  const seconds = (performance.now() - start) / 1000;
  const [cpu = 0, mb = 0] = JSON.parse(/USAGE (.*)/.exec(done.stderr)?.[1] ?? '[]') as number[];
  const what =
    done.status === null
      ? `ended after ${seconds.toFixed(0)} s`
      : `${seconds.toFixed(1)} s | ${cpu.toFixed(1)} s | ${Math.round(mb)} MB`;
  console.log(`| ${name} | ${what} |`);
  if (done.status === null || !status.includes(done.status))
    console.log(`  exit code ${done.status}: ${`${done.stderr}${done.stdout}`.slice(0, 400)}`);
  return done.stdout;
}

const summarize = (file: string) => `
  import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, '../engine/data/database.ts'))};
  const db = await openDatabase();
  console.log((await db.rows(${JSON.stringify(`SUMMARIZE FROM '${file}'`)})).length);
  db.close();`;

try {
  await build({ tests: false });
  const [data, other, broken] = [`data.${format}`, `other.${format}`, 'broken.csv'];
  const db = await openDatabase({ tempDirectory: tmpdir() });
  await write(db, join(root, data), 0);
  await write(db, join(root, other), 40);
  await write(db, join(root, broken), 0, true);
  db.close();
  const size = (statSync(join(root, data)).size / 1e6).toFixed(1);
  console.log(
    `${columns.toLocaleString('en-US')} columns × ${rows.toLocaleString('en-US')} rows, ${format}, ${size} MB; ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}\n\n| what | time | processor | memory |\n|---|---|---|---|`,
  );
  const fields = Array.from({ length: columns }, (_, c) => `  - { name: c${c}, type: ${kindOf(c)?.type} }\n`).join('');
  writeFileSync(
    join(root, 'plain.dataset.yaml'),
    `fields:\n  - { name: row_id, type: integer }\n${fields}primaryKey: row_id\n`,
  );
  writeFileSync(
    join(root, 'loopwright.yaml'),
    `version: 1\nproject: wide\ndatasets:\n  wide: { path: ${data}, schema: plain.dataset.yaml }\n  kept: { path: kept.parquet, schema: plain.dataset.yaml }\nstages:\n  collect: { uses: collect, with: { dataset: kept, from: { files: ${data} } } }\n`,
  );
  const commands: [name: string, run: () => void][] = [
    ['infer', () => void measure('data infer', [cli, 'data', 'infer', data, '--output', 'inferred.dataset.yaml'])],
    ['profile', () => void measure('data profile', [cli, 'data', 'profile', data, '--json'])],
    [
      'validate',
      () =>
        void measure('data validate, all valid', [
          cli,
          'data',
          'validate',
          data,
          '--schema',
          'plain.dataset.yaml',
          '--json',
        ]),
    ],
    [
      'broken',
      () =>
        void measure(
          'data validate, each column breaks its type',
          [cli, 'data', 'validate', broken, '--schema', 'plain.dataset.yaml', '--json'],
          [1],
        ),
    ],
    [
      'quarantine',
      () =>
        void measure(
          'the same with --quarantine',
          [cli, 'data', 'validate', broken, '--schema', 'plain.dataset.yaml', '--json', '--quarantine', 'q.csv'],
          [1],
        ),
    ],
    ['quality', () => void measure('data quality', [cli, 'data', 'quality', 'wide', '--json'])],
    ['check', () => void measure('check', [cli, 'check', '--json'], [0, 1])],
    ['again', () => void measure('check, once more', [cli, 'check', '--json'], [0, 1])],
    ['collect', () => void measure('run of a collect stage', [cli, 'run', 'collect'])],
    ['preview', () => void measure('data preview', [cli, 'data', 'preview', 'collect', '--json'])],
    ['drift', () => void measure('data drift', [cli, 'data', 'drift', data, other, '--json'])],
    ['diff', () => void measure('data diff by a key', [cli, 'data', 'diff', data, other, '--key', 'row_id', '--json'])],
    ['rows', () => void measure('data diff of whole rows', [cli, 'data', 'diff', data, other, '--json'])],
    ['summarize', () => void measure('DuckDB SUMMARIZE', ['--input-type=module-typescript', '-e', summarize(data)])],
    ['pandas', describe],
  ];
  for (const [name, run] of commands) if (only === null || only.includes(name)) run();

  function describe(): void {
    const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'loopwright');
    const python =
      ['bench-evidently', 'parity-venv']
        .map((name) => join(cache, name, 'bin/python'))
        .find((path) => existsSync(path)) ?? '';
    if (python === '') return console.log('| pandas describe | not installed | | |');
    const start = performance.now();
    const script = `import pandas, resource; d = pandas.read_${format}(${JSON.stringify(data)}); d.describe(include="all"); u = resource.getrusage(resource.RUSAGE_SELF); print(u.ru_utime + u.ru_stime, u.ru_maxrss / 1024)`;
    const { stdout, status, stderr } = spawnSync(python, ['-W', 'ignore', '-c', script], {
      cwd: root,
      encoding: 'utf8',
    });
    const [cpu = 0, mb = 0] = stdout.trim().split(' ').map(Number);
    console.log(
      status === 0
        ? `| pandas describe, dates as texts in a CSV | ${((performance.now() - start) / 1000).toFixed(1)} s | ${cpu.toFixed(1)} s | ${Math.round(mb)} MB |`
        : stderr.slice(0, 300),
    );
  }
} finally {
  if (process.env['LOOPWRIGHT_BENCH_KEEP'] === undefined) rmSync(root, { recursive: true, force: true });
  else console.log(`kept in ${root}`);
}
