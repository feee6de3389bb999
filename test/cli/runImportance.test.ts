import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CancellationTokenSource,
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { openStore } from '../../engine/tracking/openStore.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import type { ParamImportance } from '../../protocol/runs.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { runCli, runJson, startCli } from '../helpers/runCli.ts';
import { writeRun } from '../helpers/runStore.ts';

const cwd = ordersProject();
const random = seededRandom(9);

before(() => {
  const store = openStore(cwd);
  store.sql.write(() => {
    for (const run of makeRuns(60)) {
      const lr = Number((10 ** (-3 * random.next())).toPrecision(4));
      const width =
        [
          [64, 32],
          [128, 64],
        ][random.integer(2)] ?? [];
      writeRun(store, {
        ...run,
        status: run.status === 'running' ? 'finished' : run.status,
        params: { lr, width, epochs: 30 },
        metrics: { loss: 1 + 0.2 * Math.log10(lr) + (width[0] === 64 ? 0.05 : 0) },
        registered: [],
      });
    }
    // Put away, so that they are asked for by themselves: enough to be worked on for a while.
    for (const run of makeRuns(1500)) {
      const params = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`p${at}`, random.next()]));
      writeRun(store, {
        ...run,
        runId: `b${run.runId}`,
        status: 'finished',
        archived: true,
        params,
        metrics: { loss: random.next() },
        registered: [],
      });
    }
  });
  store.sql.close();
});

test('tells which params move a metric, with a bar and a direction each', async () => {
  const { code, out, err } = await runCli(['runs', '--importance', 'loss'], { cwd });
  assert.equal(code, 0, err);
  assert.match(
    out,
    /^loss over 53 runs\. A random forest of the params explains 9\d % of the differences between runs it has not seen\.\n/,
  );
  assert.match(out, /\nlr \(log\) +9\d\.\d % +█{19,20}░{0,1} +rises with it, ρ 0\.9\d +\d+\n/);
  assert.match(out, /\nwidth +\d\.\d % +█{0,1}░{19,20} +by category +2\n/);
  assert.match(out, /left out: 1 run, cancelled\nleft out: 3 runs, failed\n/);
  assert.match(out, /left out: epochs, which has one value in all runs\n/);
});

test('prints one document, of the runs that a filter finds; what stands in the way is an exit code of 1', async () => {
  const { code, json } = await runJson<ParamImportance>(
    ['runs', '--importance', 'loss', '--filter', 'params.lr > 0.01'],
    { cwd },
  );
  assert.equal(code, 0);
  assert.deepEqual([json.metric, json.params.map(({ key }) => key), json.problem], ['loss', ['lr', 'width'], null]);
  assert.ok(json.runs > 8 && json.runs < 52, String(json.runs));
  const none = await runCli(['runs', '--importance', 'nothing'], { cwd });
  assert.deepEqual([none.code, none.out.split('\n')[0]], [1, 'None of the runs finished with a finite nothing.']);
  const wrong = await runCli(['runs', '--importance', 'loss', '--filter', 'params.lr >'], { cwd });
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /The filter cannot be read/);
});

test('the engine host ends the work when the request is taken back', async () => {
  const running = startCli(['service', '--project', cwd]);
  const { stdin, stdout } = running.child;
  assert.ok(stdin && stdout);
  const connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
  connection.listen();
  after(() => {
    connection.dispose();
    stdin.end();
    running.child.kill();
  });
  const ask = (source: CancellationTokenSource) =>
    connection.sendRequest('runs/importance', { metric: 'loss', query: { which: 'archived' } }, source.token);
  // The first waits while the host starts; the second is worked on.
  for (const when of ['waiting', 'working']) {
    const taken = new CancellationTokenSource();
    const asked = ask(taken);
    if (when === 'working') await connection.sendRequest('runs/list', { limit: 1 });
    taken.cancel();
    await assert.rejects(asked, /cancelled/, when);
  }
  const { params } = (await ask(new CancellationTokenSource())) as ParamImportance;
  assert.equal(params.length, 12);
});
