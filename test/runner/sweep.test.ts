import { checkProject } from '../../engine/checks/checkProject.ts';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CancelledError } from '../../engine/base/errors.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { runSweep } from '../../engine/runner/sweep/runSweep.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { readLog } from '../../engine/tracking/readLog.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { commitAll, gitIn } from '../helpers/gitIn.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { echo, newSweep } from '../helpers/newSweep.ts';
import { isLong } from '../helpers/rounds.ts';
import { isRunning } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

const cli = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

// A folder of its own for the worktrees of trials: other files run sweeps at the same time.
process.env['TMPDIR'] = makeProject();
const places = () => readdirSync(tmpdir()).filter((name) => name.startsWith('loopwright-trial-'));

test('a sweep runs every point under one parent and tells the best; what fails does not stop it', async () => {
  const { run, store, said } = newSweep(
    '  s: { cmd: "test ${params.n} -ne 2 && echo \'{\\"f1\\": \'${params.n}\'}\' > m.json", metrics: [m.json] }\n',
    '{ method: grid, objective: { maximize: f1 }, params: { n: { choice: [1, 2, 3] } } }',
  );
  const { trials, best, parent } = await run();
  assert.deepEqual(
    trials.map(({ params, status, value }) => [params['n'], status, value]),
    [
      [1, 'finished', 1],
      [2, 'failed', null],
      [3, 'finished', 3],
    ],
  );
  assert.equal(best?.value, 3);
  const above = getRun(store, parent.runId);
  assert.deepEqual(
    [above.status, above.params, above.progress, above.tags['loopwright.best']],
    ['finished', {}, null, best.runId],
  );
  assert.deepEqual(
    above.children.map(({ runId }) => runId),
    trials.map(({ runId }) => runId),
  );
  assert.match(
    said.join('\n'),
    /^trial 1 of 3: n 1\n1\/3: f1 1 · best 1\ntrial 2 of 3: n 2\n2\/3: failed: .*exit code 1.* · best 1\ntrial 3 of 3: n 3\n3\/3: f1 3 · best 3$/,
  );
  assert.equal(getRun(store, trials[2]?.runId ?? '').command, "loopwright run --experiment tune --param 'n=3'");
});

test('what stages wrote before is no part of the code of a trial', async () => {
  const { run, root, store } = newSweep(
    `  base: { cmd: "echo 10 > base.txt", outs: [base.txt] }\n  s: { cmd: "cat base.txt > out.txt && echo '{\\"f1\\": '\${params.n}'}' > m.json", deps: [base.txt], outs: [out.txt], metrics: [m.json] }\n`,
    '{ method: grid, objective: { maximize: f1 }, params: { n: { choice: [1, 2] } } }',
  );
  commitAll(root);
  await run();
  const { parent, trials } = await run({ force: true });
  for (const runId of [parent.runId, ...trials.map((trial) => trial.runId ?? '')]) {
    const { commit, dirty, code } = getRun(store, runId);
    assert.deepEqual([typeof commit, dirty, code.patch], ['string', false, false], runId);
  }
});

test('a sweep that was stopped continues where it was, and a complete one starts over', async () => {
  const { run, store, said } = newSweep(
    echo,
    '{ method: grid, objective: { maximize: f1 }, params: { n: { choice: [1, 2, 3, 4] } } }',
  );
  const stop = new AbortController();
  const parents = () =>
    store.sql
      .all<{ status: string }>(
        `SELECT status FROM runs r WHERE NOT EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND t.key = 'mlflow.parentRunId') ORDER BY id`,
      )
      .map(({ status }) => status);
  await assert.rejects(
    run({ signal: stop.signal }, (line) => {
      if (line.startsWith('trial 3')) stop.abort();
    }),
    CancelledError,
  );
  assert.deepEqual(parents(), ['cancelled']);
  const second = await run();
  assert.deepEqual(
    second.trials.map(({ params, value }) => [params['n'], value]),
    [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ],
  );
  assert.match(said.join('\n'), /2 of 4 trials were done before the sweep was stopped/);
  assert.equal(said.filter((line) => line.startsWith('trial 1 ')).length, 1, 'the first was not run again');
  assert.deepEqual(parents(), ['finished'], 'the parent went on too');
  const finished = () =>
    store.sql.get<{ n: number }>(
      `SELECT count(*) AS n FROM runs r JOIN tags t ON t.run = r.id AND t.key = 'loopwright.trial' WHERE status = 'finished'`,
    )?.n;
  assert.equal(finished(), 4);
  await run();
  assert.equal(finished(), 8, 'a sweep that was whole is run anew');
  const again = new AbortController();
  await assert.rejects(
    run({ signal: again.signal }, (line) => {
      if (line.startsWith('trial 2')) again.abort();
    }),
    CancelledError,
  );
  await run();
  assert.equal(finished(), 12, 'each execution is told apart');
});

// Each trial waits until another is there: one after the other they would wait for ever.
const meet = `import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
const [folder, n] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
writeFileSync(folder + '/' + n, '');
while (readdirSync(folder).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
if (existsSync('out.txt')) throw new Error('the output of another trial is here');
writeFileSync('out.txt', n);
writeFileSync(new URL('beside.txt', import.meta.url), n);
writeFileSync('m.json', JSON.stringify({ f1: Number(n) + Number(readFileSync('base.txt', 'utf8')) }));
`;

for (const [how, program] of [
  ['in this process', undefined],
  ['in processes of their own', [process.execPath, cli]],
] as const) {
  test(`trials at the same time, ${how}, leave the project as it is`, { timeout: 120_000 }, async () => {
    const meeting = makeProject({});
    const { run, root, store, logged } = newSweep(
      `  base: { cmd: "echo 10 > base.txt; echo based", outs: [base.txt] }\n  s: { cmd: "node meet.mjs ${meeting}/here \${params.n}; echo ended", deps: [base.txt, meet.mjs], outs: [out.txt], metrics: [m.json] }\n`,
      '{ method: grid, parallel: 2, objective: { maximize: f1 }, params: { n: { choice: [1, 2, 3, 4] } } }',
      'n: 0',
      { 'meet.mjs': meet },
    );
    const { trials, best, parent } = await run({ program });
    assert.deepEqual(
      trials.map(({ status, value }) => [status, value]),
      [
        ['finished', 11],
        ['finished', 12],
        ['finished', 13],
        ['finished', 14],
      ],
    );
    assert.deepEqual([best?.value, readFileSync(join(root, 'base.txt'), 'utf8')], [14, '10\n']);
    assert.deepEqual(
      ['out.txt', 'm.json', 'beside.txt'].filter((name) => existsSync(join(root, name))),
      [],
      'nothing of the trials is in the project',
    );
    assert.equal(logged.filter((line) => line === 'base| based').length, 1, 'the shared stages run once');
    assert.ok(logged.includes('s| [3] ended'), logged.join('\n'));
    const { children } = getRun(store, parent.runId);
    assert.equal(children.length, 5);
    assert.deepEqual(
      getRun(store, trials[0]?.runId ?? '').stages.map(({ stage, status }) => [stage, status]),
      [
        ['base', 'skipped'],
        ['s', 'finished'],
      ],
    );
    assert.equal(existsSync(join(root, '.loopwright/run.lock')), false);
    assert.deepEqual(places(), []);
    // A trial is a run like any other: repeated by itself, in the project, it gives the same.
    assert.equal(listRuns(store, { filter: `parent = '${parent.runId}'` }).total, 5);
  });
}

for (const folder of isLong ? ['', 'deep/er/'] : ['deep/er/']) {
  test(
    `programs of trials at the same time may ask git, in a project ${folder === '' ? 'at the top' : 'in a folder'} of its repository, and change nothing of it`,
    { timeout: 120_000 },
    async () => {
      const top = makeProject({
        [`${folder}loopwright.yaml`]:
          'version: 1\nproject: p\nparams: { n: 0 }\nstages:\n  s: { cmd: "sh ask.sh; echo \'{\\"f1\\": \'${params.n}\'}\' > m.json", metrics: [m.json] }\n',
        [`${folder}experiments/tune.experiment.yaml`]:
          'sweep: { method: grid, parallel: 2, objective: { maximize: f1 }, params: { n: { choice: [1, 2] } } }\n',
        [`${folder}ask.sh`]:
          'echo "$(git describe --tags --dirty) $(git rev-parse --abbrev-ref HEAD) $(git remote get-url origin)"\ngit status --porcelain\ngit -c user.name=t -c user.email=t@x commit -qam trial && git tag mine && git log --oneline | wc -l\n',
        [`${folder}large.bin`]: 'x'.repeat(2 << 20),
        [`${folder}.gitignore`]: '.loopwright/\nm.json\n',
        'beside/other.txt': 'o',
        [`${folder}changed.txt`]: 'a',
      });
      commitAll(top);
      const git = gitIn(top);
      for (const args of [
        ['tag', 'v1.0'],
        ['checkout', '-q', '-b', 'work'],
        ['commit', '-q', '--allow-empty', '-m', 'next'],
        ['remote', 'add', 'origin', 'https://example.invalid/r.git'],
      ])
        git(...args);
      writeFileSync(join(top, folder, 'changed.txt'), 'b');
      writeFileSync(join(top, folder, 'new.txt'), 'n');
      const root = join(top, folder);
      const store = openStore(root);
      after(() => store.sql.close());
      const project = loadProject(root, undefined, {});
      const config = project.experiments.get('tune')?.value?.sweep;
      assert.ok(config);
      const before = [git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('tag'), git('branch', '-a')];
      const { trials } = await runSweep(
        { check: checkProject, project, store, experiment: 'tune', program: [process.execPath, cli] },
        config,
        () => {},
      );
      assert.ok(trials.length > 0);
      for (const { runId, status } of trials) {
        assert.equal(status, 'finished');
        const { text } = readLog(store, runId ?? '', 's', 0);
        assert.match(
          text,
          new RegExp(
            `\\nv1\\.0-1-g\\w+-dirty work https://example\\.invalid/r\\.git\n M ${folder}changed\\.txt\n\\?\\? ${folder}new\\.txt\n *3\n`,
          ),
        );
      }
      assert.deepEqual(
        [git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('tag'), git('branch', '-a')],
        before,
      );
      assert.deepEqual(places(), []);
    },
  );
}

test('stopping a sweep stops all that run, and going on needs only what is left', { timeout: 120_000 }, async () => {
  const gate = makeProject({});
  const { run, root, store } = newSweep(
    `  s: { cmd: "if [ \${params.n} -gt 1 ] && [ ! -e ${gate}/go ]; then echo $$ > ${gate}/\${params.n}.pid; sleep 60; fi; echo '{\\"f1\\": '\${params.n}'}' > m.json", metrics: [m.json] }\n`,
    '{ method: grid, parallel: 3, objective: { minimize: f1 }, params: { n: { choice: [1, 2, 3, 4] } } }',
  );
  const stop = new AbortController();
  const pids = () =>
    readdirSync(gate)
      .filter((name) => name.endsWith('.pid'))
      .map((name) => Number(readFileSync(join(gate, name), 'utf8')));
  const first = run({ program: [process.execPath, cli], signal: stop.signal });
  await until('three wait', () => pids().length === 3 && pids().every((pid) => pid > 0), 60_000);
  stop.abort();
  await assert.rejects(first, CancelledError);
  await until('their programs are gone', async () => !(await Promise.all(pids().map(isRunning))).includes(true));
  assert.deepEqual(
    listRuns(store)
      .runs.map(({ status }) => status)
      .toSorted(),
    ['cancelled', 'cancelled', 'cancelled', 'cancelled', 'finished'],
    'the parent, the three, and the one that was done',
  );
  assert.deepEqual([places(), existsSync(join(root, '.loopwright/run.lock'))], [[], false]);
  writeFileSync(join(gate, 'go'), '');
  const { trials, best } = await run({ program: [process.execPath, cli] });
  assert.deepEqual([trials.map(({ value }) => value), best?.value], [[1, 2, 3, 4], 1]);
});

test(
  'when the process of a sweep is killed its trials end, and the next takes over what it left',
  { timeout: 120_000 },
  async () => {
    const gate = makeProject({});
    const { run, root, store } = newSweep(
      `  s: { cmd: "if [ ! -e ${gate}/go ]; then echo $$ > ${gate}/\${params.n}.pid; sleep 60; fi; echo '{\\"f1\\": '\${params.n}'}' > m.json", metrics: [m.json] }\n`,
      '{ method: grid, parallel: 2, objective: { maximize: f1 }, params: { n: { choice: [1, 2] } } }',
    );
    const pids = () =>
      readdirSync(gate)
        .filter((name) => name.endsWith('.pid'))
        .map((name) => Number(readFileSync(join(gate, name), 'utf8')));
    const child = spawn(process.execPath, [cli, 'run', '--experiment', 'tune', '--project', root], { stdio: 'ignore' });
    await until('two wait', () => pids().length === 2 && pids().every((pid) => pid > 0), 60_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(
      'their programs are gone',
      async () => !(await Promise.all(pids().map(isRunning))).includes(true),
      20_000,
    );
    writeFileSync(join(gate, 'go'), '');
    const { trials, parent } = await run();
    assert.deepEqual([trials.map(({ value }) => value), getRun(store, parent.runId).status], [[1, 2], 'finished']);
    assert.deepEqual(places(), []);
  },
);

test('a failure of the stages that all trials share is reported, and no trial runs', async () => {
  const { run, store } = newSweep(
    `  base: { cmd: "exit 3", outs: [base.txt] }\n  s: { cmd: "cat base.txt \${params.n}", deps: [base.txt] }\n`,
    '{ method: grid, objective: { maximize: f1 }, params: { n: { choice: [1, 2] } } }',
  );
  await assert.rejects(run(), /The stages that all trials share failed, so no trial ran: base: .*exit code 3/);
  assert.deepEqual(
    listRuns(store).runs.map(({ status }) => status),
    ['failed', 'failed'],
  );
});

test('method bayesian says what it needs where no Python has it', async () => {
  const { run } = newSweep(
    echo,
    '{ method: bayesian, runs: 2, objective: { maximize: f1 }, params: { n: { choice: [1, 2] } } }',
  );
  const { PATH } = process.env;
  process.env['PATH'] = '/nowhere';
  try {
    await assert.rejects(
      run(),
      /Method bayesian needs Optuna, and no Python of the project has it: python3 \(not found\)\. Install it with `python3 -m pip install optuna`/,
    );
  } finally {
    process.env['PATH'] = PATH;
  }
});
