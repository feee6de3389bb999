import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

// Tried: a place written by hand, one copied with its project, one of another port.
test('an address that came with the folder is not believed', async () => {
  const config = { 'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n' };
  const { knownPlace, notePlace } = await import('../../engine/mlflow/endpointPlace.ts');
  const place = { port: 5000, token: 'ab'.repeat(24) };
  const own = makeProject(config);
  notePlace(own, place);
  assert.deepEqual(knownPlace(own), place);
  const text = readFileSync(join(own, '.loopwright/endpoint.json'), 'utf8');
  for (const brought of [JSON.stringify(place), JSON.stringify({ ...place, proof: '0'.repeat(64) }), text])
    assert.equal(knownPlace(makeProject({ ...config, '.loopwright/endpoint.json': brought })), null);
  writeFileSync(join(own, '.loopwright/endpoint.json'), text.replace('5000', '5001'));
  assert.equal(knownPlace(own), null);
});
