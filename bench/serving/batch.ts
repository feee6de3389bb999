import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { quoteLiteral } from '../../engine/data/quote.ts';
import { withDatabase } from '../../engine/data/withDatabase.ts';
import { summarise } from '../measure.ts';
import { cli, type BenchModel } from './model.ts';

const rounds = 3;

/** Scores files of 20 columns by `loopwright predict` and by Python alone, in turns. */
export async function benchBatch({ folder, path, title }: BenchModel, python: string): Promise<void> {
  console.log(`\n${title}: batches of Parquet, median of ${rounds} interleaved rounds, largest resident memory`);
  const booster = readdirSync(path, { recursive: true, encoding: 'utf8' }).find((name) => /\.(lgb|txt)$/.test(name));
  if (booster === undefined) throw new Error(`${path} holds no file of LightGBM`);
  for (const rows of [1_000_000, 5_000_000]) {
    const input = join(folder, `rows-${rows}.parquet`);
    const output = join(folder, 'scored.parquet');
    await withDatabase(undefined, (db) =>
      db.run(
        `COPY (SELECT ${Array.from({ length: 20 }, (_, i) => `(hash(i, ${i}) % 1000000 / 1e6) AS f${i}`).join(', ')} FROM range(${rows}) t(i)) TO ${quoteLiteral(input)} (FORMAT parquet)`,
      ),
    );
    const script = join(import.meta.dirname, 'batch.py');
    const alone = (how: string) => [python, script, how, join(path, booster), input, output];
    const contestants: [name: string, command: string[]][] = [
      [
        'loopwright predict',
        [process.execPath, cli, 'predict', '--input', input, '--output', output, '--project', folder],
      ],
      ['Python in parts (pyarrow)', alone('batches')],
      ['Python at once (pandas)', alone('frames')],
    ];
    const results = new Map<string, { ms: number; mb: number }[]>(contestants.map(([name]) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const [name, command] of contestants) {
        rmSync(output, { force: true });
        results.get(name)?.push(await watched(command, folder));
        if (!existsSync(output)) throw new Error(`${name} wrote nothing`);
      }
    rmSync(output, { force: true });
    const own = summarise((results.get('loopwright predict') ?? []).map(({ ms }) => ms)).median;
    for (const [name, runs] of results) {
      const { median, min, max } = summarise(runs.map(({ ms }) => ms));
      const ratio = name === 'loopwright predict' ? '' : `; ours takes ${(own / median).toFixed(2)} × as long`;
      console.log(
        `  ${rows.toLocaleString('en')} rows, ${name}: ${(median / 1000).toFixed(1)} s [${(min / 1000).toFixed(1)}, ${(max / 1000).toFixed(1)}], ${Math.max(...runs.map(({ mb }) => mb))} MB${ratio}`,
      );
    }
    rmSync(input);
  }
}

/** Runs a program and measures its time and the largest resident memory of it with all its processes (Linux). */
async function watched([command = '', ...args]: string[], cwd: string): Promise<{ ms: number; mb: number }> {
  const started = performance.now();
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, residentOf(child.pid ?? 0))), 50);
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${words}`);
  return { ms: performance.now() - started, mb: Math.round(most / 1000) };
}

/** Resident memory in kB of a process and those that it started; 0 when it has ended. */
function residentOf(pid: number): number {
  try {
    const resident = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    const tasks = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '),
    );
    return tasks.filter(Boolean).reduce((sum, child) => sum + residentOf(Number(child)), resident);
  } catch {
    return 0;
  }
}
