import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { quoteLiteral } from '../engine/data/quote.ts';
import { withDatabase } from '../engine/data/withDatabase.ts';
import { summarise } from './measure.ts';

const folder = join(import.meta.dirname, '..', 'build', 'bench', 'data');

/**
 * Profile, validation and drift of generated tables of 20 columns, beside evidently and pandas with scipy on the same
 * files; then of larger ones alone.
 */
export async function benchData(): Promise<void> {
  const small = await pairOf(1_000_000);
  const ours = repeat(5, () => work(process.execPath, [join(import.meta.dirname, 'dataWork.ts'), ...small]));
  const total = summarise(ours.map((run) => run['profile'] + run['validate'] + run['drift']));
  const part = (name: Part) => summarise(ours.map((run) => run[name])).median.toFixed(0);
  console.log(
    `\ndata, 1,000,000 × 20 Parquet against 1,000,000 × 20\n  profile + validate (30 rules) + drift: ${total.median.toFixed(0)} ms [${total.min.toFixed(0)}, ${total.max.toFixed(0)}], goal 3000 ms (${part('profile')} + ${part('validate')} + ${part('drift')}), at most ${Math.max(...ours.map((run) => run['maxRssMB']))} MB`,
  );
  const python = peerPython();
  if (python === null) console.log('  evidently cannot be installed here; no peer');
  else {
    for (const peer of ['evidently', 'scipy']) {
      const [{ ms, maxRssMB } = { ms: Number.NaN, maxRssMB: Number.NaN }] = repeat(1, () =>
        work(python, [join(import.meta.dirname, 'data.py'), peer, ...small]),
      );
      const beside = peer === 'evidently' ? summarise(ours.map((run) => run['drift'])).median : total.median;
      console.log(
        `  ${peer === 'evidently' ? "evidently's data drift preset" : 'describe, checks and tests with pandas and scipy'}: ${ms.toFixed(0)} ms, ${maxRssMB} MB; ${(ms / beside).toFixed(1)} × as long as ${peer === 'evidently' ? `our drift, ${(ms / total.median).toFixed(1)} × as long as all three` : 'ours'}`,
      );
    }
  }
  for (const rows of [5_000_000, 20_000_000]) {
    const pair = await pairOf(rows);
    const [run] = repeat(1, () => work(process.execPath, [join(import.meta.dirname, 'dataWork.ts'), ...pair]));
    if (run)
      console.log(
        `  ${rows.toLocaleString('en-US')} rows a side: ${((run['profile'] + run['validate'] + run['drift']) / 1000).toFixed(1)} s, at most ${run['maxRssMB']} MB`,
      );
  }
}

/** Python with evidently, pandas and scipy, kept outside the project; null where it cannot be had. */
function peerPython(): string | null {
  const venv = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'loopwright', 'bench-evidently');
  const python = join(venv, 'bin', 'python');
  // evidently 0.7.23 cannot be imported beside pandas 3.1.
  if (
    !existsSync(python) &&
    (spawnSync('python3', ['-m', 'venv', venv]).status !== 0 ||
      spawnSync(python, ['-m', 'pip', 'install', '--quiet', 'evidently==0.7.23', 'pandas<3', 'pyarrow', 'scipy'])
        .status !== 0)
  )
    return null;
  return python;
}

type Part = 'profile' | 'validate' | 'drift' | 'ms' | 'maxRssMB';
type Numbers = Record<Part, number>;

function work(command: string, args: string[]): Numbers {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Numbers;
}

function repeat<T>(times: number, run: () => T): T[] {
  return Array.from({ length: times }, run);
}

function paths(rows: number): [string, string] {
  return [join(folder, `reference-${rows}.parquet`), join(folder, `current-${rows}.parquet`)];
}

/**
 * An id, a time, 12 normals, a heavy tail, 4 texts of 3 to 500 levels and a rare truth; the current side is a little
 * moved.
 */
export async function pairOf(rows: number): Promise<[string, string]> {
  mkdirSync(folder, { recursive: true });
  for (const [i, path] of paths(rows).entries()) {
    if (existsSync(path) && statSync(path).size > 0) continue;
    const normal = (k: number) =>
      `(sqrt(-2 * ln(1 - random())) * cos(6.283185307 * random()) * ${k + 1} + ${i * 0.1 * k})::DOUBLE AS n${k}`;
    const text = (levels: number, k: number) => `'level' || floor(random() * random() * ${levels})::INTEGER AS c${k}`;
    await withDatabase(undefined, async (db) => {
      await db.run(`SELECT setseed(${0.1 + i / 2})`);
      await db.run(
        `COPY (SELECT range AS id, make_timestamp_ms(1700000000000 + range * 1000) AS "at", ${Array.from({ length: 12 }, (_, k) => normal(k)).join(', ')}, exp(4 * random() * random())::DOUBLE AS heavy, ${[3, 10, 50, 500].map(text).join(', ')}, random() < 0.02 AS target FROM range(${rows})) TO ${quoteLiteral(path)} (FORMAT parquet)`,
      );
    });
  }
  return paths(rows);
}
