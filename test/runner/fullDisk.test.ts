import { checkProject } from '../../engine/checks/checkProject.ts';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { readLock, updateLock } from '../../engine/fingerprint/lockFile.ts';
import { executeRun } from '../../engine/runner/execute.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

const disk = join(makeProject({ 'disk/.keep': '' }), 'disk');
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status === 0;

test(
  'a run on a full disk fails with words, keeps what was finished, and goes on when there is room',
  { skip: mounted ? false : 'a small disk can only be mounted by root' },
  async () => {
    try {
      writeFiles(disk, {
        'loopwright.yaml':
          'version: 1\nproject: p\nstages:\n  first: { cmd: echo 1 > first.txt, outs: [first.txt] }\n  second: { cmd: "head -c ${params.size} /dev/zero > second.bin", deps: [first.txt], outs: [second.bin] }\nparams: { size: 9000000 }\n',
      });
      const store = openStore(disk);
      const run = (size: number) =>
        executeRun({ check: checkProject, project: loadProject(disk), store, params: { size } });
      const failed = await run(9_000_000).then(
        (outcome) => outcome.error?.message ?? '',
        (error: unknown) => (error instanceof WorkError ? error.message : `not told: ${String(error)}`),
      );
      assert.match(failed, /No space left on device|disk is full/);
      assert.deepEqual(Object.keys(readLock(disk)), ['first']);
      assert.ok(existsSync(join(disk, 'second.bin')), 'not a byte is left');
      assert.throws(
        () =>
          updateLock(disk, 'third', { spec: { text: 'x'.repeat(100_000) }, params: {}, deps: {}, outs: {}, run: 'r' }),
        (error) =>
          error instanceof WorkError &&
          /The disk is full: .*loopwright\.lock could not be written\. Free some space and run again; nothing was lost/.test(
            error.message,
          ),
      );
      assert.deepEqual(Object.keys(readLock(disk)), ['first'], 'the lock is as it was');
      rmSync(join(disk, 'second.bin'));
      const again = await run(1000);
      assert.equal(again.status, 'finished');
      assert.deepEqual(
        again.stages.map(({ stage, status }) => `${stage} ${status}`),
        ['first skipped', 'second finished'],
      );
      assert.equal(getRun(store, listRuns(store).runs[0]?.runId ?? '').status, 'finished');
      store.sql.close();
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  },
);
