import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { DataProfile } from '../../protocol/dataProfile.ts';
import type { FolderLook, TableLook } from '../../protocol/start.ts';
import { startHost } from '../helpers/startHost.ts';
import { birds, startFolder } from '../start/startFolder.ts';

// The engine host of a folder that is no project: files are profiled, a project is made, and from then on the same host
// answers about the project.

const root = startFolder({ 'birds.csv': birds() });
const host = startHost(root, 'folder');
after(() => host.stop());

test('a folder without a project is answered about files alone', async () => {
  const look = (await host.ask('start/folder', {})) as FolderLook;
  assert.deepEqual(
    look.tables.map(({ path }) => path),
    ['birds.csv'],
  );
  const profile = (await host.ask('data/profile', { subject: { kind: 'file', path: 'birds.csv' } })) as DataProfile;
  assert.equal(profile.columns[0]?.rows, 90);
  assert.deepEqual(await host.ask('data/subjects', {}), []);
  assert.equal(
    ((await host.ask('project/overview', {})) as { problem: unknown }).problem,
    null,
    'no view is greyed for want of a project',
  );
  await assert.rejects(host.ask('models/card', { version: 'latest' }), /Nothing was run yet/);
});

test('what is asked about one table is answered from one look, and the project it makes is served', async () => {
  const [table] = await Promise.all([
    host.ask('start/table', { path: 'birds.csv' }),
    host.ask('start/propose', { from: { kind: 'table', path: 'birds.csv', target: 'species' } }),
  ]);
  assert.equal((table as TableLook).targets[0]?.name, 'species');
  await assert.rejects(
    host.ask('start/propose', { from: { kind: 'table', path: 'birds.csv', target: 'year' } }),
    /`year` cannot be predicted: every row has the same value/,
  );
  await host.ask('start/write', { from: { kind: 'table', path: 'birds.csv', target: 'species' } });
  assert.ok(existsSync(join(root, 'loopwright.yaml')));
  const overview = (await host.ask('project/overview', {})) as { stages: { name: string }[] };
  assert.deepEqual(
    overview.stages.map(({ name }) => name),
    ['collect', 'prepare', 'train', 'validate'],
  );
  await assert.rejects(
    host.ask('start/write', { from: { kind: 'table', path: 'birds.csv', target: 'species' } }),
    /already exists/,
  );
});
