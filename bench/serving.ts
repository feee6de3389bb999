import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { modelsVenv } from '../test/models/modelsVenv.ts';
import { summarise } from './measure.ts';
import { benchBatch } from './serving/batch.ts';
import type { LoadJob, LoadOutcome } from './serving/load.ts';
import { cli, trainModel, work, type BenchModel } from './serving/model.ts';

// Single predictions of models of Python behind our API beside FastAPI and MLflow's server, and batches beside Python
// alone. bench/onnx.ts times models that are scored in this process.
const rounds = 3;
const seconds = 4;
const clientCounts = [1, 8, 32];

interface Server {
  name: string;
  port: number;
  path: string;
  bodies: string;
  child: ChildProcess;
}

export async function benchServing(): Promise<void> {
  const why = modelsVenv.prepare();
  if (why !== null) throw new Error(`the Python of the models could not be made: ${why}`);
  rmSync(work, { recursive: true, force: true });
  const models = {
    pipeline: await trainModel('pipeline', 'scikit-learn pipeline: imputed, scaled, one-hot, logistic regression'),
    lightgbm: await trainModel('lightgbm', 'LightGBM, 100 trees of 31 leaves, 20 numbers'),
  };
  const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
  if (only === undefined || only === 'api') {
    await benchGenerator(models.pipeline);
    for (const model of [models.pipeline, models.lightgbm]) await benchServers(model);
  }
  if (only === undefined || only === 'batch') await benchBatch(models.lightgbm, modelsVenv.python);
}

/** The requests a second that the load generator reaches with a server that does nothing: it is not the limit. */
async function benchGenerator(model: BenchModel): Promise<void> {
  const server = spawn(
    process.execPath,
    [
      '-e',
      `require('node:http').createServer((q, a) => q.resume().on('end', () => a.writeHead(200, { 'content-length': 2 }).end('{}'))).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [port] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  const bodies = bodiesOf(model, 'empty', (row) => row);
  const { perSecond } = await load({ port: Number(port), path: '/', bodies, clients: 8, seconds: 2 });
  server.kill();
  console.log(`\nload generator against an empty server of Node, 8 clients: ${whole(perSecond)} requests/s`);
}

async function benchServers(model: BenchModel): Promise<void> {
  const servers = [await ours(model), await fastapi(model), await mlflow(model)];
  try {
    await compareAnswers(model, servers);
    console.log(
      `\n${model.title}: single rows over HTTP, logging on for us; median of ${rounds} interleaved rounds of ${seconds} s`,
    );
    for (const clients of clientCounts) {
      const outcomes = new Map<string, LoadOutcome[]>(servers.map(({ name }) => [name, []]));
      for (let round = 0; round < rounds; round++)
        for (const { name, port, path, bodies } of servers)
          outcomes.get(name)?.push(await load({ port, path, bodies, clients, seconds }));
      const middle = (name: string, key: keyof LoadOutcome) =>
        summarise((outcomes.get(name) ?? []).map((outcome) => outcome[key])).median;
      const [first] = servers;
      for (const { name } of servers) {
        const ratio =
          first && name !== first.name
            ? `; ours ${(middle(first.name, 'perSecond') / middle(name, 'perSecond')).toFixed(2)} × as many`
            : '';
        console.log(
          `  ${String(clients).padStart(2)} clients, ${name}: ${whole(middle(name, 'perSecond'))}/s, p50 ${middle(name, 'p50').toFixed(1)} ms, p99 ${middle(name, 'p99').toFixed(1)} ms${ratio}`,
        );
      }
    }
  } finally {
    await Promise.all(servers.map(({ child }) => stop(child)));
  }
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

async function load(job: LoadJob): Promise<LoadOutcome> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'serving', 'load.ts'), JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the load generator ended with ${code}`);
  return JSON.parse(printed) as LoadOutcome;
}

/** A file with a JSON body for each row of a model. */
function bodiesOf(model: BenchModel, server: string, body: (row: Record<string, unknown>) => unknown): string {
  const path = join(model.folder, `${server}.jsonl`);
  writeFileSync(path, model.rows.map((row) => `${JSON.stringify(body(row))}\n`).join(''));
  return path;
}

async function ours(model: BenchModel): Promise<Server> {
  const child = spawn(process.execPath, [cli, 'serve', 'api', '--port', '0', '--json', '--project', model.folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const bodies = bodiesOf(model, 'loopwright', (row) => ({ instances: [row] }));
  return { name: 'loopwright serve', port: Number(new URL(url).port), path: '/predict', bodies, child };
}

async function fastapi(model: BenchModel): Promise<Server> {
  const bodies = bodiesOf(model, 'fastapi', (row) => row);
  const args = ['-m', 'uvicorn', 'app:app', '--workers', '1', '--log-level', 'warning'];
  const env = { MODEL: model.path, KIND: model.name };
  return { name: 'FastAPI, uvicorn', path: '/predict', bodies, ...(await python(args, '/docs', env)) };
}

async function mlflow(model: BenchModel): Promise<Server> {
  const bodies = bodiesOf(model, 'mlflow', (row) => ({ dataframe_records: [row] }));
  const args = ['-m', 'mlflow', 'models', 'serve', '-m', model.path, '--env-manager', 'local', '--workers', '1'];
  return { name: 'mlflow models serve', path: '/invocations', bodies, ...(await python(args, '/ping', {})) };
}

async function python(
  args: string[],
  health: string,
  env: Record<string, string>,
): Promise<{ port: number; child: ChildProcess }> {
  const port = await freePort();
  const child = spawn(modelsVenv.python, [...args, '--host', '127.0.0.1', '--port', String(port)], {
    cwd: join(import.meta.dirname, 'serving'),
    // `mlflow models serve` starts uvicorn by its name.
    env: { ...process.env, ...env, PATH: `${join(modelsVenv.python, '..')}:${process.env['PATH']}` },
    stdio: 'ignore',
    detached: true,
  });
  for (const end = Date.now() + 120_000; Date.now() < end;) {
    if (child.exitCode !== null) break;
    if ((await fetch(`http://127.0.0.1:${port}${health}`).catch(() => null))?.ok) return { port, child };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${args.join(' ')} did not start`);
}

/** The same rows must get the same scores, else the times say nothing. */
async function compareAnswers(model: BenchModel, servers: Server[]): Promise<void> {
  const scores = await Promise.all(
    servers.map(async ({ port, path, bodies }) => {
      const lines = readFileSync(bodies, 'utf8').split('\n').slice(0, 20);
      return Promise.all(
        lines.map(async (body) => {
          const response = await fetch(`http://127.0.0.1:${port}${path}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          });
          const answer = (await response.json()) as { predictions?: unknown[]; score?: number };
          const first = answer.predictions?.[0];
          return answer.score ?? (typeof first === 'object' ? (first as { score: number }).score : Number(first));
        }),
      );
    }),
  );
  const [own = [], beside = [], pyfunc = []] = scores;
  // MLflow's server answers the class of a classifier of scikit-learn.
  const same = (a: number, b: number) => a === b || (model.name === 'pipeline' && (a >= 0.5 ? 1 : 0) === b);
  const at = own.findIndex((score, i) => score !== beside[i] || !same(score, pyfunc[i] ?? Number.NaN));
  if (at >= 0)
    throw new Error(`row ${at} of ${model.name} is scored ${own[at]}, ${beside[at]} and ${pyfunc[at]} by the servers`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
}
