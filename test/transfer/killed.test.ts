import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasStore, type Store } from '../../engine/store/store.ts';
import { openForeignDatabase } from '../../engine/store/openForeignDatabase.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { startCli } from '../helpers/runCli.ts';
import { importInto, withStore } from './importStore.ts';
import { projectFile } from './mlflowClient.ts';

const runs = 600;
const points = 400;

function manyRuns(): string {
  const files: Record<string, string> = {
    ...projectFile,
    'mlruns/1/meta.yaml': "experiment_id: '1'\nlifecycle_stage: active\nname: many\n",
  };
  const lines = Array.from({ length: points }, (_, i) => `${1700000000000 + i} ${1 / (i + 1)} ${i}\n`).join('');
  for (let n = 0; n < runs; n++) {
    const id = n.toString(16).padStart(32, '0');
    files[`mlruns/1/${id}/meta.yaml`] =
      `run_id: ${id}\nrun_name: run ${n}\nexperiment_id: '1'\nstatus: 3\nstart_time: ${1700000000000 + n}\nend_time: ${1700000001000 + n}\nlifecycle_stage: active\n`;
    files[`mlruns/1/${id}/metrics/loss`] = lines;
    files[`mlruns/1/${id}/params/n`] = String(n);
    files[`mlruns/1/${id}/artifacts/f.txt`] = `artifact ${n}`;
  }
  return makeProject(files);
}

/** Runs that are in the store; each has to be whole. */
function wholeRuns({ sql }: Store): number {
  const found = sql.all<{ params: number; points: number; noted: number }>(
    `SELECT (SELECT count(*) FROM params p WHERE p.run = r.id) AS params, (SELECT count(*) FROM points p WHERE p.run = r.id) AS points, (SELECT count(*) FROM imports i WHERE i.id = r.run_id) AS noted FROM runs r`,
  );
  for (const run of found) assert.deepEqual({ ...run }, { params: 1, points, noted: 1 });
  return found.length;
}

/** Ends an import in its middle and gives its exit code and how many runs were taken. */
async function ended(
  root: string,
  signal: NodeJS.Signals,
  from: number,
): Promise<{ code: number | null; found: number }> {
  const running = startCli(['import', 'mlruns'], { cwd: root });
  const count = () => {
    if (!hasStore(root)) return 0;
    const db = openForeignDatabase(join(root, '.loopwright', 'loopwright.db'));
    try {
      return db.columns('imports').size === 0
        ? 0
        : (db.all<{ n: number }>('SELECT count(*) AS n FROM runs')[0]?.n ?? 0);
    } finally {
      db.close();
    }
  };
  while (count() < from && running.child.exitCode === null) await wait(5);
  running.child.kill(signal);
  const { code } = await running.ended;
  return { code, found: await withStore(root, wholeRuns) };
}

test('an import that is killed leaves whole runs, and the next one goes on', async () => {
  const root = manyRuns();
  const first = await ended(root, 'SIGKILL', 20);
  assert.ok(first.found >= 20 && first.found < runs, `${first.found} runs: it was not killed in its middle`);
  const second = await ended(root, 'SIGKILL', first.found + 20);
  assert.ok(second.found > first.found && second.found < runs, `${second.found} runs`);
  const rest = await importInto(root, join(root, 'mlruns'));
  assert.deepEqual([rest.runs, rest.unchanged], [runs - second.found, second.found]);
  assert.equal(await withStore(root, wholeRuns), runs);
});

test('an import that is stopped ends cleanly with what it has', async () => {
  const root = manyRuns();
  const { code, found } = await ended(root, 'SIGINT', 20);
  assert.equal(code, 130);
  assert.ok(found >= 20 && found < runs, `${found} runs`);
});
