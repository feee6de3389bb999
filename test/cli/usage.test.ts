import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { runCli } from '../helpers/runCli.ts';

test('wrong use exits with 2 and says what is wrong', async () => {
  const cwd = ordersProject();
  const nowhere = makeProject();
  const uses: [string[], RegExp][] = [
    [['frobnicate'], /unknown command/],
    [['statsu'], /Did you mean status/],
    [['run', '--nope'], /unknown option/],
    [['check', '--project', '/no/such'], /There is no loopwright\.yaml in/],
    [['run', '--param', 'lr'], /must be written as name=value/],
    [['run', '--param', 'epohcs=3'], /no param `epohcs`\. Declared: epochs, learning_rate/],
    [['run', '--param', 'toString=3'], /no param `toString`/],
    [['run', '--experiment', 'none'], /There is no experiment `none`/],
    [['run', 'trian'], /There is no stage `trian`/],
    [['run', '--param', 'epochs=many'], /1 problem/],
    [['models', 'promote', 'x'], /is not a version/],
    [['models', 'card', 'x'], /is not a version/],
    [['predict'], /Give `--input FILE`/],
    [['predict', '--deployment', 'production'], /is not a batch deployment/],
    [['predict', '--input', 'incoming/*.csv', '--output', 'x.csv'], /must end in \.parquet/],
    [['predict', '--input', 'incoming/*.csv', '--model-version', 'abc'], /is not a version/],
    [['monitor', 'none'], /There is no monitor `none`/],
    [['monitor', 'toString'], /There is no monitor `toString`/],
    [['monitor', '--now', 'tomorrow'], /is not a time/],
    [['retrain', '--now', 'x'], /is not a time/],
    [['serve', 'none'], /There is no deployment `none`/],
    [['serve', '--port', 'x'], /is not a port/],
    [['loop', '--replay', 'none/*.csv'], /Nothing to replay/],
    [['loop', '--from', 'x'], /is not a time/],
    [['loop', '--from', '2026-01-01'], /need `--replay FILES`/],
    [['runs', '--limit', 'x'], /is not a number/],
    [['init', 'sub', '--target', 'y'], /needs `--data FILE`/],
  ];
  const results = await inTurns(uses, async ([args, about]) => ({ args, about, ...(await runCli(args, { cwd })) }));
  for (const { args, about, code, err, out } of results) {
    assert.match(err, about, args.join(' '));
    assert.doesNotMatch(err, /internal error|^\s+at /m, args.join(' '));
    assert.deepEqual([code, out], [2, ''], `${args.join(' ')}: ${err}`);
  }
  assert.match((await runCli(['status'], { cwd: nowhere })).err, /no loopwright\.yaml here or above.*loopwright init/);
});

/** Two at a time, for two cores. */
async function inTurns<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (let i = 0; i < items.length; i += 2) results.push(...(await Promise.all(items.slice(i, i + 2).map(work))));
  return results;
}

test('help and version exit with 0; no command at all is wrong use', async () => {
  const help = await runCli(['--help']);
  assert.deepEqual([help.code, help.out.includes('Exit codes: 0 done, 1')], [0, true]);
  assert.match((await runCli(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
  assert.equal((await runCli([])).code, 2);
});

test('a command that does not exist is told without its control characters', async () => {
  const { err, code } = await runCli(['x\u001b[31m\n::error::y']);
  assert.equal(code, 2);
  assert.ok(!err.includes('\u001b') && !/^::error/m.test(err), JSON.stringify(err));
});
