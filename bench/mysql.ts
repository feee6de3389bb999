import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromMysql } from '../engine/data/sources/mysqlSource.ts';
import { fromPython } from '../engine/data/sources/pythonSource.ts';
import type { SourceContext } from '../engine/data/sources/source.ts';
import { openMemory } from '../engine/data/withDatabase.ts';
import { startMariadb } from '../test/helpers/mariadb.ts';
import { pythonVenv } from '../test/helpers/pythonVenv.ts';
import { summarise } from './measure.ts';

// Rows a second from MariaDB into a Parquet file, by `mysql:` and `python:`, beside pandas.read_sql with to_parquet and
// beside the command-line client, which only prints text. In turns, each in wall time of the whole step.
// Run: node_modules/.bin/node bench/mysql.ts [rows]

const rows = Number(process.argv[2] ?? 500_000);
const venv = pythonVenv(
  'bench-mysql-venv',
  ['pandas', 'pyarrow', 'sqlalchemy==2.*', 'pymysql'],
  ['pandas', 'pyarrow', 'sqlalchemy', 'pymysql'],
);
const why = venv.prepare();
if (why !== null) throw new Error(why);
const folder = mkdtempSync(join(tmpdir(), 'loopwright-bench-mysql-'));
const server = await startMariadb();
await server.query(
  `CREATE TABLE t AS SELECT seq AS id, MD5(seq) AS word, CAST(seq * 0.25 AS DECIMAL(12,2)) AS amount, TIMESTAMP('2026-01-01') + INTERVAL seq SECOND AS at, seq * 1.5e0 AS x, seq % 7 AS k FROM seq_1_to_${rows}`,
);
const db = await openMemory();
const context: SourceContext = {
  root: folder,
  folder,
  env: {},
  programEnv: () => ({ ...process.env, PATH: `${join(venv.python, '..')}:${process.env['PATH'] ?? ''}` }),
  signal: new AbortController().signal,
  progress: () => {},
  log: () => {},
  database: async () => db,
  expand: () => [],
  anew: false,
  since: null,
  inclusive: false,
};
const dsn = server.url.replace('mysql:', 'mysql+pymysql:');
const pandas = `import pandas, sqlalchemy, sys, time
start = time.perf_counter()
engine = sqlalchemy.create_engine(sys.argv[1])
pandas.read_sql("SELECT * FROM t", engine).to_parquet(sys.argv[2])
print(time.perf_counter() - start)`;
const steps: Record<string, () => Promise<number>> = {
  'mysql:': () => timed(() => fromMysql(context, { mysql: server.url, query: 'SELECT * FROM t' })),
  'python:': () => timed(() => fromPython(context, { python: dsn, query: 'SELECT * FROM t' })),
  'pandas.read_sql and to_parquet': async () =>
    1000 * Number(execFileSync(venv.python, ['-c', pandas, dsn, join(folder, 'p.parquet')], { encoding: 'utf8' })),
  'mariadb --quick --batch': () =>
    timed(async () => {
      execFileSync('sh', [
        '-c',
        `mariadb --no-defaults -S '${server.socket}' -uroot shop --quick --batch -e 'SELECT * FROM t' > '${join(folder, 'client.tsv')}'`,
      ]);
    }),
};
const times: Record<string, number[]> = {};
for (let round = 0; round < 4; round++)
  for (const [name, step] of Object.entries(steps)) {
    const ms = await step();
    // The first round warms the caches.
    if (round > 0) (times[name] ??= []).push(ms);
  }
const base = summarise(times['mysql:'] ?? []).median;
for (const [name, found] of Object.entries(times)) {
  const { median, min, max } = summarise(found);
  console.log(
    `${name}: ${Math.round((rows / median) * 1000).toLocaleString('en-US')} rows/s, ${(median / 1000).toFixed(2)} s [${(min / 1000).toFixed(2)}, ${(max / 1000).toFixed(2)}], ${(median / base).toFixed(2)} × mysql:`,
  );
}
console.log(`${rows.toLocaleString('en-US')} rows, ${statSync(join(folder, 'client.tsv')).size} bytes as text`);
db.close();
rmSync(folder, { recursive: true, force: true });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
