import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { benchImportance } from './importance.ts';
import { inMs } from './measure.ts';
import { benchQuestions } from './runQuestions.ts';

// Logging over HTTP beside an MLflow server with its SQLite store, and questions over 100,000 runs.
const root = join(import.meta.dirname, '..');
const work = join(root, 'build', 'bench', 'tracking');
const python = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'loopwright',
  'mlflow-venv',
  'bin',
  'python',
);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface Answer {
  status: number;
  body: string;
}

function post(uri: string, token: string, path: string, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${uri}/api/2.0/mlflow/${path}`,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          authorization: `Bearer ${token}`,
        },
      },
      (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    call.on('error', reject).end(body);
  });
}

/**
 * Metrics a second that a server acknowledges: batches of 1,000 one after another, for some seconds, five names, rising
 * steps.
 */
async function logRate(uri: string, token: string, seconds: number): Promise<number> {
  const created = await post(uri, token, 'runs/create', JSON.stringify({ experiment_id: '0', start_time: Date.now() }));
  const runId = (JSON.parse(created.body) as { run: { info: { run_id: string } } }).run.info.run_id;
  const names = ['loss', 'accuracy', 'val_loss', 'val_accuracy', 'lr'];
  let step = 0;
  const batch = () =>
    JSON.stringify({
      run_id: runId,
      metrics: Array.from({ length: 1000 }, (_, i) => ({
        key: names[i % 5],
        value: Math.random(),
        timestamp: Date.now(),
        step: step + Math.floor(i / 5),
      })),
    });
  for (let i = 0; i < 3; i++, step += 200) await post(uri, token, 'runs/log-batch', batch());
  let logged = 0;
  let spent = 0;
  while (spent < seconds * 1000) {
    const body = batch();
    step += 200;
    const started = performance.now();
    const { status, body: said } = await post(uri, token, 'runs/log-batch', body);
    spent += performance.now() - started;
    if (status !== 200) throw new Error(said);
    logged += 1000;
  }
  return logged / (spent / 1000);
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
  const ended = once(child, 'exit');
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await ended;
}

export async function benchTracking(): Promise<void> {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'loopwright.yaml'), 'version: 1\nproject: bench\nstages: {}\n');
  const { uri, token, child: ours } = await ourServer(work);
  const theirs = existsSync(python) ? await mlflowServer() : null;
  const rates: number[] = [];
  const peers: number[] = [];
  // In turns, so that a busy moment of the machine meets both.
  for (let round = 0; round < 3; round++) {
    rates.push(await logRate(uri, token, 5));
    if (theirs) peers.push(await logRate(theirs.uri, '', 5));
  }
  await stop(ours);
  if (theirs) await stop(theirs.child);
  const middle = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  const say = (values: number[]) =>
    `${Math.round(middle(values)).toLocaleString('en')} [${Math.round(Math.min(...values)).toLocaleString('en')}, ${Math.round(Math.max(...values)).toLocaleString('en')}]`;
  console.log(
    `log-batch over HTTP, 1,000 metrics a request: ${say(rates)} metrics/s, goal 50,000${theirs ? `; MLflow 3.17 server with SQLite: ${say(peers)}; ${(middle(rates) / middle(peers)).toFixed(1)} × as many, goal 10` : '; no MLflow: the tests of test/mlflow install it'}`,
  );
  benchQuestions(work);
  await benchSearch(join(work, 'many'));
  await benchImportance(work);
}

/** MLflow's search of runs over HTTP, as its client asks it: again as it was, and after each write. */
async function benchSearch(folder: string): Promise<void> {
  const { uri, token, child } = await ourServer(folder);
  try {
    const ask = async (path: string, body: object): Promise<string> => {
      const { status, body: said } = await post(uri, token, path, JSON.stringify(body));
      if (status !== 200) throw new Error(said);
      return said;
    };
    const { experiments } = JSON.parse(await ask('experiments/search', { max_results: 100 })) as {
      experiments: { experiment_id: string }[];
    };
    const all = { experiment_ids: experiments.map((one) => one.experiment_id), max_results: 100 };
    const { run } = JSON.parse(await ask('runs/create', { experiment_id: '0', start_time: Date.now() })) as {
      run: { info: { run_id: string } };
    };
    console.log(
      "\nMLflow's search of 100,000 runs over HTTP, a page of 100; first time, then median of 20 as it was, and after a write",
    );
    for (const [name, query] of [
      ['newest first', {}],
      ['filter', { filter: "metrics.roc_auc > 0.9 AND params.model = 'xgb'" }],
      ['order', { order_by: ['metrics.loss ASC'] }],
      [
        'filter and order',
        { filter: "metrics.roc_auc > 0.9 AND params.model = 'xgb'", order_by: ['metrics.loss ASC'] },
      ],
    ] as const) {
      const timed = async (): Promise<number> => {
        const started = performance.now();
        await ask('runs/search', { ...all, ...query });
        return performance.now() - started;
      };
      const [again, written]: [number[], number[]] = [[], []];
      const first = await timed();
      for (let turn = 0; turn < 20; turn++) again.push(await timed());
      for (let turn = 0; turn < 20; turn++) {
        await ask('runs/log-metric', {
          run_id: run.info.run_id,
          key: 'tick',
          value: turn,
          timestamp: Date.now(),
          step: turn,
        });
        written.push(await timed());
      }
      console.log(`  ${name}: ${first.toFixed(1)} ms, ${inMs(again)}, ${inMs(written)}`);
    }
  } finally {
    await stop(child);
  }
}

async function ourServer(folder: string): Promise<{ uri: string; token: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [join(root, 'dist', 'cli.cjs'), 'track', '--json', '--project', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { ...(JSON.parse(line) as { uri: string; token: string }), child };
}

async function mlflowServer(): Promise<{ uri: string; child: ChildProcess }> {
  const port = await freePort();
  const child = spawn(
    python,
    [
      '-m',
      'mlflow',
      'server',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--workers',
      '1',
      '--backend-store-uri',
      `sqlite:///${join(work, 'mlflow.db')}`,
      '--artifacts-destination',
      join(work, 'artifacts'),
    ],
    { stdio: 'ignore', detached: true },
  );
  const uri = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + 120_000; Date.now() < end;) {
    if ((await fetch(`${uri}/health`).catch(() => null))?.ok) return { uri, child };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the MLflow server did not start');
}
