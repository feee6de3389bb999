import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../helpers/runCli.ts';
import { makeProject } from '../helpers/makeProject.ts';

// A pipe never ends: each command would wait for a writer for ever. Tried as every file that a command reads without
// being told its name: lock files, state, environments, params, ignore files, metrics and plots of a stage. A link in the place of the run lock does not lead the lock into another file.

const skip = process.platform === 'win32';
const pipes = [
  'loopwright.lock',
  '.loopwright/last-good.json',
  '.loopwright/stop.request',
  '.loopwright/endpoint.json',
  '.gitignore',
  '.dvcignore',
  '.env',
  '.python-version',
  'pyproject.toml',
  'environment.yml',
  'requirements.txt',
  'poetry.lock',
];
const yaml = `version: 1
project: p
env_file: .env
datasets: { a: { path: data/a.csv } }
stages:
  t: { cmd: mkfifo m.json p.json, deps: [data/a.csv], metrics: [m.json], plots: [p.json] }
`;

test('pipes in the place of files stop no command', { skip, timeout: 120_000 }, async () => {
  const root = makeProject({ 'loopwright.yaml': yaml, 'data/a.csv': 'x\n1\n' });
  const make = (path: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    execFileSync('mkfifo', [join(root, path)]);
  };
  pipes.forEach(make);
  const victim = join(makeProject({ 'victim.txt': 'mine\n' }), 'victim.txt');
  symlinkSync(victim, join(root, '.loopwright/run.lock'));
  const status = await runCli(['status'], { cwd: root });
  assert.match(status.out, /never run/);
  for (const path of ['loopwright.lock', '.env']) rmSync(join(root, path));
  writeFileSync(join(root, '.env'), '');
  const run = await runCli(['run', 't'], { cwd: root });
  assert.match(run.out + run.err, /m\.json.* is a pipe, not a file/);
  assert.equal(readFileSync(victim, 'utf8'), 'mine\n');
});
