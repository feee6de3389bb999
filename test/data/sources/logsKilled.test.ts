import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../../helpers/makeProject.ts';
import { rounds } from '../../helpers/rounds.ts';
import { startCli } from '../../helpers/runCli.ts';
import { runIn } from '../../helpers/runIn.ts';

// Tried: a real writer that renames, copies and truncates, and compresses all the time, by a path and by a glob, and
// collections that are killed at any moment, also one after the other.

test('each line of a log that rotates all the time is in the dataset once, also after kill -9', async () => {
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\ndatasets: { rows: { path: data/rows.parquet } }\nstages:\n  get: { uses: collect, with: { dataset: rows, from: { logs: "log/app.log*", format: logfmt } } }\n',
  });
  const folder = join(root, 'log');
  mkdirSync(folder);
  const seed = Math.floor(Math.random() * 1_000_000) + 1;
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'rotatingWriter.ts'), folder, String(seed), '25'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(writer, 'exit');
  let killed = 0;
  try {
    for (let round = 0; round < rounds(20); round++) {
      const running = startCli(['run', 'get'], { cwd: root });
      // The moment is anywhere in a run; every third run ends by itself.
      const moment =
        round % 3 === 2 ? null : setTimeout(() => running.child.kill('SIGKILL'), 300 + Math.random() * 2000);
      const { signal, code, err, out } = await running.ended;
      if (moment) clearTimeout(moment);
      if (signal === 'SIGKILL') killed++;
      else assert.equal(code, 0, `seed ${seed}: ${out}${err}`);
    }
  } finally {
    writeFileSync(join(folder, 'stop'), '');
    await ended;
  }
  const project = runIn(root);
  assert.equal((await project.run({ stages: ['get'] })).error, null);
  const [row] = await project.rows(
    'data/rows.parquet',
    'SELECT count(*) AS rows, count(DISTINCT n) AS numbers, max(n) AS last FROM data',
  );
  const last = Number(readFileSync(join(folder, 'last'), 'utf8'));
  assert.deepEqual(row, { rows: last, numbers: last, last }, `seed ${seed}, ${killed} killed`);
});
