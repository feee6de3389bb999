import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostOf } from '../helpers/hostOf.ts';
import { makeProject } from '../helpers/makeProject.ts';

test('a program that logs outlives its engine host: the next host has the same address, a second one the same token', async () => {
  const own = makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n' });
  const first = hostOf(own);
  const { uri, token } = await first.ask('tracking/endpoint', {});
  assert.ok(!existsSync(join(own, '.loopwright')), 'a project where nothing was logged is not touched');
  const call = (to: string, path: string, body: object) =>
    fetch(`${to}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const { run } = (await (await call(uri, 'runs/create', { experiment_id: '0' })).json()) as {
    run: { info: { run_id: string } };
  };
  assert.equal(statSync(join(own, '.loopwright/endpoint.json')).mode & 0o777, 0o600);
  const second = hostOf(own);
  const beside = await second.ask('tracking/endpoint', {});
  assert.deepEqual([beside.token, beside.uri === uri], [token, false]);
  assert.equal(
    (await call(beside.uri, 'runs/log-metric', { run_id: run.info.run_id, key: 'm', value: 1, timestamp: 1 })).status,
    200,
  );
  first.running.child.kill('SIGKILL');
  await once(first.running.child, 'exit');
  const third = hostOf(own);
  assert.deepEqual(await third.ask('tracking/endpoint', {}), { uri, token });
  assert.equal(
    (await call(uri, 'runs/log-metric', { run_id: run.info.run_id, key: 'm', value: 2, timestamp: 2 })).status,
    200,
  );
  assert.equal((await third.ask('runs/get', { runId: run.info.run_id })).metrics['m'], 2);
});
