// A Mac allows 256 open files in programs that the desktop starts. Tried with a hard limit of 256: `run` of a stage that
// reads a glob of files and of `collect`, and `status`; by hand also `init`, `check`, `data profile` and `data diff` of 2,000.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { rounds } from '../helpers/rounds.ts';

/** More than the limit also where CI runs a fifth of it. */
const files = rounds(1500);
const cli = join(import.meta.dirname, '../../cli/main.ts');
const skip = process.platform === 'win32' ? 'Windows has no such limit' : false;

test('thousands of files are read with 256 open files', { skip }, () => {
  const root = makeProject({
    ...Object.fromEntries(Array.from({ length: files }, (_, i) => [`data/part ${i}.csv`, `id,value\n${i},${i % 7}\n`])),
    'loopwright.yaml': `version: 1
project: many
datasets: { all: { path: out/all.parquet } }
stages:
  count: { cmd: echo done > n.txt, deps: ["data/*.csv"], outs: [n.txt] }
  collect: { uses: collect, with: { dataset: all, from: { files: "data/*.csv" } } }
`,
  });
  const limited = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -n 256 && exec "$@"', 'sh', process.execPath, cli, ...args],
      { cwd: root, encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: join(root, '.cache') } },
    );
    assert.equal(status, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return stdout + stderr;
  };
  limited('run');
  assert.match(limited('status'), /count +fresh[^]*collect +fresh/);
});
