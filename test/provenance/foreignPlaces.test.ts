import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeAbandoned } from '../../engine/provenance/worktree.ts';
import { openDatabase } from '../../engine/store/openDatabase.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { isRunning, startCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

// The temporary folder is shared by all users of a machine, so a neighbour can put any folder there.
const shared = join(tmpdir(), `loopwright-foreign-${process.pid}`);
mkdirSync(shared, { recursive: true });
process.env['TMPDIR'] = shared;
process.on('exit', () => rmSync(shared, { recursive: true, force: true }));

const yaml = 'version: 1\nproject: p\nstages:\n  wait:\n    cmd: echo on; sleep 600\n';

/** A project whose run was killed while its program goes on, and the id of that program. */
async function killedRun(): Promise<{ root: string; pid: number }> {
  const root = makeProject({ 'loopwright.yaml': yaml });
  const run = startCli(['run'], { cwd: root });
  await until('the stage runs', () => run.out().includes('│ on'));
  const pidOf = () => {
    const sql = openDatabase(join(root, '.loopwright/loopwright.db'));
    try {
      return sql.get<{ pid: number | null }>('SELECT child_pid AS pid FROM run_stages')?.pid ?? null;
    } finally {
      sql.close();
    }
  };
  await until('its program is known', () => pidOf() !== null);
  const pid = pidOf() ?? 0;
  run.child.kill('SIGKILL');
  await run.ended;
  return { root, pid };
}

test('a folder of the right name that others can write is left alone: its store is not opened, its processes live on', async () => {
  const { root, pid } = await killedRun();
  const base = join(shared, 'loopwright-reproduce-evil');
  mkdirSync(base, { mode: 0o700 });
  renameSync(root, join(base, 'code'));
  const owner = { pid: 999_999_999, started: '1', place: null, since: 0, repository: null, root: join(base, 'code') };
  writeFileSync(join(base, 'owner.json'), JSON.stringify(owner));
  const project = makeProject({});

  chmodSync(base, 0o777);
  await removeAbandoned(project);
  assert.deepEqual([existsSync(base), await isRunning(pid)], [true, true]);

  // Our own folder, but a store somewhere else: only what is inside the folder counts.
  chmodSync(base, 0o700);
  const elsewhere = makeProject({});
  renameSync(join(base, 'code'), join(elsewhere, 'code'));
  writeFileSync(join(base, 'owner.json'), JSON.stringify({ ...owner, root: join(elsewhere, 'code') }));
  await removeAbandoned(project);
  assert.deepEqual([existsSync(base), await isRunning(pid)], [true, true]);

  renameSync(join(elsewhere, 'code'), join(base, 'code'));
  writeFileSync(join(base, 'owner.json'), JSON.stringify(owner));
  await removeAbandoned(project);
  assert.deepEqual([existsSync(base), await isRunning(pid)], [false, false], 'what is ours is cleaned up');
});

test('a store that others can write ends no process', async () => {
  const { root, pid } = await killedRun();
  const database = join(root, '.loopwright/loopwright.db');
  chmodSync(database, 0o666);
  openStore(root).sql.close();
  assert.equal(await isRunning(pid), true);
  process.kill(-pid, 'SIGKILL');
});
