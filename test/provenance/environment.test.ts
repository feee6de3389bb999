import assert from 'node:assert/strict';
import { homedir, userInfo } from 'node:os';
import { test } from 'node:test';
import { environmentOf, graphicsText } from '../../engine/provenance/environment.ts';
import { describePython, pythonOf } from '../../engine/provenance/pythonEnvironment.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { textOf } from '../../engine/tracking/texts.ts';
import manifest from '../../package.json' with { type: 'json' };
import { makeProject } from '../helpers/makeProject.ts';
import { interopVenv } from '../helpers/interopVenv.ts';
import { runIn } from '../helpers/runIn.ts';

const { python, prepare } = interopVenv;

test('the environment tells the machine and the lock of the packages, but neither user nor path', async () => {
  const environment = await environmentOf(makeProject({ 'package-lock.json': '{}' }));
  for (const key of ['loopwright', 'node', 'platform', 'architecture', 'processor', 'cores', 'memory'])
    assert.ok(environment[key], key);
  assert.equal(environment['loopwright'], manifest.version);
  assert.equal(environment['node_packages'], 'package-lock.json 44136fa355b3678a');
  assert.ok(!('node_packages' in (await environmentOf(makeProject()))));
  const text = JSON.stringify(environment);
  assert.ok(!text.includes(homedir()) && !text.includes(`"${userInfo().username}"`));
});

test('the cards of nvidia-smi are counted', () => {
  assert.equal(
    graphicsText('NVIDIA A100-SXM4-80GB, 81920 MiB, 550.54.15\nNVIDIA A100-SXM4-80GB, 81920 MiB, 550.54.15\n'),
    '2 × NVIDIA A100-SXM4-80GB, 81920 MiB, driver 550.54.15',
  );
  assert.equal(graphicsText('NVIDIA T4, 15360 MiB, 535.1\n'), 'NVIDIA T4, 15360 MiB, driver 535.1');
  assert.equal(graphicsText('No devices were found\n'), null);
});

test('which Python a command line uses', () => {
  const path = '/p/.venv/bin/python';
  const venv = { path, environment: { kind: 'venv', folder: '/p/.venv' }, why: '' } as const;
  for (const [cmd, words] of [
    ['python train.py', ['python']],
    ['cd src && /usr/bin/python3.12 -m x', ['/usr/bin/python3.12']],
    ['PYTHONPATH=. python3 -u a.py | tee log', ['python3']],
    ['. env/bin/activate && python a.py', ['env/bin/python']],
    ['source "env/bin/activate"; python a.py', ['env/bin/python']],
    ['uv run train.py --lr 1', ['uv', 'run', '--no-sync', 'python']],
    ['poetry run train', ['poetry', 'run', 'python']],
    ['conda run -n ml python a.py', ['conda', 'run', '-n', 'ml', 'python']],
    ['tools/bin/pytest -q', ['tools/bin/python']],
    ['torchrun --nproc 2 a.py', ['python3']],
    ['./train.py', ['python3']],
    ['node train.mjs', null],
    ['make', null],
    ['echo pythonic', null],
  ] as const)
    assert.deepEqual(pythonOf(cmd, null), words, cmd);
  assert.deepEqual(pythonOf('make train', venv), [path]);
  assert.deepEqual(pythonOf('./train.py', venv), [path]);
  assert.deepEqual(pythonOf('python3 train.py', venv), ['python3'], 'who names a Python means that one');
});

test(
  'a real virtual environment tells its packages; one that is broken tells nothing and costs nothing',
  { skip: prepare() ?? false },
  async () => {
    const found = await describePython([python], { cwd: makeProject(), env: process.env });
    assert.match(found?.version ?? '', /^CPython 3\.\d+\.\d+$/);
    const lines = found?.packages.split('\n') ?? [];
    assert.deepEqual([lines.length, lines], [found?.count, lines.toSorted()]);
    assert.ok(
      lines.some((line) => /^pip==\d/.test(line)) && lines.some((line) => /^pandas==\d/.test(line)),
      found?.packages,
    );
    assert.ok(!found?.packages.includes('/'));
    assert.equal(await describePython(['no-such-python'], { cwd: makeProject(), env: process.env }), null);
    assert.equal(
      await describePython(['bin/python'], { cwd: makeProject({ 'bin/python': '' }), env: process.env }),
      null,
    );
  },
);

test(
  'the run of a Python program holds the version and the packages, kept once; another Python is noted by its stage',
  { skip: prepare() ?? false },
  async () => {
    const root = makeProject({
      'loopwright.yaml': `version: 1\nproject: p\nstages:\n  a: { cmd: "${python} -c pass" }\n  b: { cmd: "${python} -c pass" }\n  c: { cmd: "python3 -I -c pass" }\n  d: { cmd: "true" }\n`,
    });
    const { run, store } = runIn(root);
    const { runId } = await run();
    const environment = JSON.parse(
      store.sql.get<{ environment: string }>('SELECT environment FROM runs WHERE run_id = ?', runId)?.environment ?? '',
    ) as Record<string, string>;
    assert.match(environment['python'] ?? '', /^CPython 3/);
    assert.match(textOf(store, environment['packages'] ?? '') ?? '', /^pandas==/m);
    assert.deepEqual(
      Object.keys(environment).filter((key) => /\.(b|d)$/.test(key)),
      [],
    );
    assert.ok(environment['packages.c'] !== undefined && environment['packages.c'] !== environment['packages']);
    const before = store.sql.get<{ n: number }>('SELECT count(*) AS n FROM texts')?.n ?? 0;
    await run({ stages: ['a'], force: true });
    assert.equal(store.sql.get<{ n: number }>(`SELECT count(*) AS n FROM texts WHERE text LIKE '%pandas==%'`)?.n, 1);
    assert.ok(before > 0 && getRun(store, runId ?? '').environment['python'] !== undefined);
  },
);
