import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Events over HTTP that are on disk when they are answered, beside a hand-written Fastify server that syncs each request,
// in turns: `node_modules/.bin/node bench/events.ts [rounds]`. The servers have one core, the load generator the other.
// On a machine with other work, the events a second of the server's core tell more than those a second.
const root = join(import.meta.dirname, '..');
const work = join(root, 'build', 'bench', 'events');
const rounds = Number(process.argv[2] ?? 3);
const seconds = 5;
const hasTaskset = spawnSync('taskset', ['-V']).status === 0;

function onCore(core: number, args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const [command = '', ...rest] = hasTaskset
    ? ['taskset', '-c', String(core), process.execPath, ...args]
    : [process.execPath, ...args];
  return spawn(command, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function started(child: ChildProcess): Promise<{ child: ChildProcess; port: number }> {
  if (!child.stdout) throw new Error('the server has no output');
  for await (const line of createInterface(child.stdout))
    return { child, port: Number(new URL((JSON.parse(line) as { url: string }).url).port) };
  throw new Error('the server ended');
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Seconds of all cores that a process has used. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

interface Load {
  perSecond: number;
  failed: number;
  p50: number;
  p99: number;
}

async function load(port: number, connections: number, perRequest: number): Promise<Load> {
  const child = onCore(1, [
    join(import.meta.dirname, 'events', 'load.ts'),
    ...[port, connections, perRequest, seconds].map(String),
  ]);
  let text = '';
  child.stdout?.on('data', (data: Buffer) => {
    text += data.toString();
  });
  await once(child, 'close');
  return JSON.parse(text) as Load;
}

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
writeFileSync(
  join(work, 'loopwright.yaml'),
  `version: 1
project: bench
datasets:
  clicks: { path: data/clicks.parquet, schema: clicks.schema.yaml }
stages:
  clicks: { uses: collect, with: { dataset: clicks, from: { events: spool } } }
`,
);
writeFileSync(
  join(work, 'clicks.schema.yaml'),
  `fields:
  - { name: id, type: string }
  - { name: at, type: datetime }
  - { name: page, type: string, constraints: { required: true, maxLength: 40 } }
  - { name: amount, type: number, constraints: { minimum: 0 } }
primaryKey: id
`,
);
const ownCli = existsSync(join(root, 'dist', 'cli.cjs')) ? join(root, 'dist', 'cli.cjs') : join(root, 'cli', 'main.ts');
console.log(
  `load average ${loadavg()
    .map((one) => one.toFixed(1))
    .join(', ')}`,
);
for (const [connections, perRequest] of [
  [64, 1],
  [256, 1],
  [16, 100],
] as const)
  for (let round = 0; round < rounds; round++)
    for (const name of ['loopwright', 'Fastify and datasync'] as const) {
      const { child, port } = await started(
        name === 'loopwright'
          ? onCore(0, [ownCli, 'collect', '--listen', '--port', '0', '--json', '--project', work])
          : onCore(0, [join(import.meta.dirname, 'events', 'peer.ts')], { BENCH_FOLDER: work }),
      );
      const before = residentMb(child.pid ?? 0);
      const cpuBefore = cpuSeconds(child.pid ?? 0);
      const { perSecond, failed, p50, p99 } = await load(port, connections, perRequest);
      const after = residentMb(child.pid ?? 0);
      const perCpuSecond = (perSecond * seconds) / (cpuSeconds(child.pid ?? 0) - cpuBefore);
      console.log(
        `${name}, ${connections} connections, ${perRequest} a request: ${Math.round(perSecond).toLocaleString('en-US')} events/s, ${Math.round(perCpuSecond).toLocaleString('en-US')} a second of its core, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${failed} failed, memory ${before.toFixed(0)} to ${after.toFixed(0)} MB`,
      );
      child.kill('SIGTERM');
      await once(child, 'close');
      rmSync(join(work, 'spool'), { recursive: true, force: true });
    }
