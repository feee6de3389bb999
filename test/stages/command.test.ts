import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProjectError } from '../../engine/base/errors.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { runIn } from '../helpers/runIn.ts';

const project = (rest: string) => `version: 1\nproject: p\n${rest}`;

/** Runs with variables of this process changed, and puts them back. */
async function withVariables<T>(values: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, values);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(values)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

test('a stage, a command of collect and a subshell do not see the variables of the editor', async () => {
  const show = 'env | grep -E "^(ELECTRON|VSCODE)_"';
  const root = makeProject({
    'loopwright.yaml': project(
      `datasets: { d: { path: d.csv } }\nstages:\n  s: { cmd: '${show} > s.txt || sh -c "echo none >> s.txt"', outs: [s.txt] }\n  c: { uses: collect, with: { dataset: d, from: { command: '(${show} || echo none) > c.txt; echo a; echo 1' } } }\n`,
    ),
  });
  await withVariables({ ELECTRON_RUN_AS_NODE: '1', VSCODE_PID: '1', VSCODE_IPC_HOOK: '/x' }, () => runIn(root).run());
  assert.deepEqual(
    ['s.txt', 'c.txt'].map((file) => readFileSync(join(root, file), 'utf8')),
    ['none\n', 'none\n'],
  );
});

test(
  "a stage uses the project's environment: its python, its module, its scripts; the run says which",
  { timeout: 120_000 },
  async () => {
    const root = makeProject({
      'loopwright.yaml': project(
        'stages:\n  train: { cmd: python train.py, deps: [train.py], outs: [out.txt] }\n  tool: { cmd: "tool > tool.txt", outs: [tool.txt] }\n',
      ),
      'train.py': 'import sys, mylib\nopen("out.txt", "w").write(sys.prefix + " " + mylib.where)\n',
      'mylib.py.txt': '',
    });
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(root, '.venv')]);
    const site = execFileSync(join(root, '.venv/bin/python'), ['-c', 'import site; print(site.getsitepackages()[0])'], {
      encoding: 'utf8',
    }).trim();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(site, 'mylib.py'), 'where = "in the environment"\n');
    writeFileSync(join(root, '.venv/bin/tool'), '#!/bin/sh\necho "$VIRTUAL_ENV"\n');
    chmodSync(join(root, '.venv/bin/tool'), 0o755);
    const { run, store, logs } = runIn(root);
    const outcome = await withVariables({ PYTHONHOME: '/nowhere' }, () => run());
    assert.equal(outcome.status, 'finished', outcome.error?.message);
    assert.equal(readFileSync(join(root, 'out.txt'), 'utf8'), `${join(root, '.venv')} in the environment`);
    assert.equal(readFileSync(join(root, 'tool.txt'), 'utf8'), `${join(root, '.venv')}\n`);
    assert.ok(logs.includes('train| Python: .venv/bin/python (`.venv` of the project)'), logs.join('\n'));
    assert.equal(
      getRun(store, outcome.runId ?? '').environment['python_found'],
      '.venv/bin/python (`.venv` of the project)',
    );
  },
);

test('`python` is found where only an interpreter of another name is', async () => {
  const real = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
  const root = makeProject({
    'loopwright.yaml': project(
      'python: tools/py-of-ours\nstages:\n  s: { cmd: "python -c \'import sys; print(1 + 1)\' > out.txt", outs: [out.txt] }\n',
    ),
    'tools/py-of-ours': `#!/bin/sh\nexec ${real} "$@"\n`,
  });
  chmodSync(join(root, 'tools/py-of-ours'), 0o755);
  const outcome = await runIn(root).run();
  assert.equal(outcome.status, 'finished', outcome.error?.message);
  assert.equal(readFileSync(join(root, 'out.txt'), 'utf8'), '2\n');
});

test('a missing `python` fails the stage at its key', async () => {
  const { error } = await runIn(
    makeProject({ 'loopwright.yaml': project('python: gone\nstages:\n  s: { cmd: python x.py }\n') }),
  ).run();
  assert.match(error?.message ?? '', /^`python` of the project is `gone`, which is not a Python interpreter/);
});

test('a missing module is reported with the Python that lacks it', async () => {
  const { error } = await runIn(
    makeProject({ 'loopwright.yaml': project('stages:\n  s: { cmd: python3 -c "import no_such_module_here" }\n') }),
  ).run();
  assert.match(
    error?.message ?? '',
    /The Python of the project, \S+ \(.+\), has no module `no_such_module_here`: `\S+ -m pip install no_such_module_here` installs it\.$/,
  );
});

test('values of env_file reach programs and references; secrets are in no record', async () => {
  const root = makeProject({
    'loopwright.yaml': project(
      'env_file: .env\nparams: { key: "${env.API_KEY}", where: "${env.PLACE}" }\nstages:\n  s: { cmd: \'echo "$API_KEY $PLACE" > out.txt; echo "using ${params.key} at ${params.where}"; echo $API_KEY >&2; false ${env.API_KEY} || test -n ok\', outs: [out.txt] }\n  bad: { cmd: "false ${env.API_KEY}", deps: [out.txt] }\n',
    ),
    '.env': 'API_KEY="s3cr3t-value"\nPLACE=berlin\n',
  });
  const { run, store, logs } = runIn(root);
  const outcome = await run();
  assert.equal(readFileSync(join(root, 'out.txt'), 'utf8'), 's3cr3t-value berlin\n', 'the program has it');
  assert.ok(logs.includes('s| using ${env.API_KEY} at berlin'), logs.join('\n'));
  assert.match(outcome.error?.message ?? '', /^`false \$\{env\.API_KEY\}` ended with exit code 1/);
  store.sql.run('PRAGMA wal_checkpoint(TRUNCATE)');
  for (const file of [
    'loopwright.lock',
    '.loopwright/loopwright.db',
    `.loopwright/logs/${outcome.runId}/s.log`,
    `.loopwright/logs/${outcome.runId}/s%stderr.log`,
    `.loopwright/logs/${outcome.runId}/bad.log`,
  ]) {
    assert.ok(!readFileSync(join(root, file), 'latin1').includes('s3cr3t'), file);
  }
  assert.deepEqual(getRun(store, outcome.runId ?? '').params, { key: '${env.API_KEY}', where: 'berlin' });
});

test('a program of Python and a command of collect have the values of env_file, below those of the stage', async () => {
  const root = makeProject({
    'loopwright.yaml': project(
      'env_file: [.env, more.env]\ndatasets: { d: { path: d.csv } }\nstages:\n  s: { cmd: python3 show.py, env: { LEVEL: stage }, outs: [out.txt] }\n  c: { uses: collect, with: { dataset: d, from: { command: \'echo place; echo "$PLACE"\' } } }\n',
    ),
    '.env': 'PLACE=berlin\nLEVEL=file\nHERE=first\n',
    'more.env': 'HERE=second\n',
    'show.py': 'import os\nprint(*(os.environ[n] for n in ["PLACE", "LEVEL", "HERE"]), file=open("out.txt", "w"))\n',
  });
  const { run, rows } = runIn(root);
  assert.equal((await run()).error, null);
  assert.equal(readFileSync(join(root, 'out.txt'), 'utf8'), 'berlin stage second\n');
  assert.deepEqual(await rows('d.csv'), [{ place: 'berlin' }]);
});

test('an unset variable is an error at its line for the stage that needs it, and for no other stage', async () => {
  const root = makeProject({
    'loopwright.yaml': project(
      'stages:\n  a: { cmd: "echo ${env.LW_NOT_SET}", outs: [a.txt] }\n  b: { cmd: "echo ${env.LW_NOT_SET:-fine} > b.txt", outs: [b.txt] }\n',
    ),
  });
  const { run } = runIn(root);
  await assert.rejects(
    run({ stages: ['a'] }),
    (error) =>
      error instanceof ProjectError &&
      /^`a` needs the environment variable `LW_NOT_SET`, which is not set/.test(error.message) &&
      error.problems[0]?.line === 4 &&
      error.problems[0].variable === 'LW_NOT_SET',
  );
  assert.equal((await run({ stages: ['b'] })).status, 'finished');
  assert.equal(readFileSync(join(root, 'b.txt'), 'utf8'), 'fine\n');
  const checked = await runCli(['check'], { cwd: root });
  assert.deepEqual(
    [
      checked.code,
      /loopwright\.yaml:4:\d+: error: The environment variable `LW_NOT_SET` is not set here\. \[LW208\]/.test(
        checked.out,
      ),
    ],
    [1, true],
    checked.out,
  );
});
