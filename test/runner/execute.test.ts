import { checkProject } from '../../engine/checks/checkProject.ts';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CancelledError, messageOf, ProjectError } from '../../engine/base/errors.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { executeRun } from '../../engine/runner/execute.ts';
import { type RunEvents, type RunOutcome, type RunRequest } from '../../engine/runner/runRequest.ts';
import { readLock } from '../../engine/fingerprint/lockFile.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { readLog } from '../../engine/tracking/readLog.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ownMetrics } from '../helpers/runsOf.ts';
import { isRunning } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

function newProject(stages: string, files: Record<string, string> = {}, head = '') {
  const root = makeProject({ 'loopwright.yaml': `version: 1\nproject: p\n${head}stages:\n${stages}`, ...files });
  const store = openStore(root);
  after(() => store.sql.close());
  const said: string[] = [];
  const events: RunEvents = {
    onStart: (_, plan) => said.push(`start ${plan.map(({ node, state }) => `${node.name} ${state}`).join(', ')}`),
    onStage: (stage, kind) => said.push(`> ${stage} ${kind}`),
    onSkip: (stage) => said.push(`skip ${stage}`),
    onLog: (stage, line) => said.push(`${stage}| ${line}`),
    onStageEnd: (stage, status) => said.push(`< ${stage} ${status}`),
  };
  const run = (request: Partial<RunRequest> = {}) =>
    executeRun({ check: checkProject, project: loadProject(root, undefined, {}), store, events, ...request });
  return { root, store, run, said };
}

test('a run streams, stores the logs, reads metrics and says what happened', async () => {
  const { store, run, said } = newProject(
    '  train:\n    cmd: "echo one; echo two >&2; echo \'{\\"f1\\": 0.5, \\"deep\\": {\\"loss\\": 2, \\"list\\": [1, 2]}, \\"name\\": \\"x\\"}\' > m.json"\n    metrics: [m.json]\n',
  );
  const outcome = await run({ tags: { why: 'test' }, commandLine: 'loopwright run train' });
  assert.equal(outcome.status, 'finished');
  assert.deepEqual(
    said.filter((line) => !/\| (one|two)$/.test(line)),
    ['start train never', '> train cmd', said[2] ?? '', '< train finished'],
  );
  assert.match(said[2] ?? '', /^train\| \$ echo one/);
  const detail = getRun(store, outcome.runId ?? '');
  // On a busy machine the run is long enough for figures of the machine.
  assert.deepEqual(ownMetrics(detail), { f1: 0.5, 'deep.loss': 2, 'deep.list.0': 1, 'deep.list.1': 2 });
  assert.deepEqual(
    [detail.status, detail.tags, detail.command, detail.stages[0]?.exitCode, detail.progress],
    ['finished', { why: 'test' }, 'loopwright run train', 0, null],
  );
  assert.match(detail.stages[0]?.summary ?? '', /^f1 0\.5 · deep\.loss 2$/);
  assert.deepEqual(readLog(store, detail.runId, 'train', 0).text.split('\n').slice(1).toSorted(), ['', 'one', 'two']);
  assert.equal(readLog(store, detail.runId, 'train', 0, 'stderr').text, 'two\n');
});

test('a stage sees its run, its name, the seed and its own variables', async () => {
  const { root, run, said } = newProject(
    '  s:\n    cmd: echo "$LOOPWRIGHT_RUN_ID/$LOOPWRIGHT_STAGE/$LOOPWRIGHT_SEED/$MINE"\n    env: { MINE: yes, LOOPWRIGHT_STAGE: forged }\n'.replace(
      'MINE: yes',
      'MINE: "yes"',
    ),
    {},
    'seed: 9\n',
  );
  const { runId } = await run();
  assert.ok(said.includes(`s| ${runId}/s/9/yes`), said.join('\n'));
  assert.ok(existsSync(join(root, '.loopwright/loopwright.db')));
});

test('a failed stage stops the run, keeps what was finished, and the next run goes on there', async () => {
  const { root, store, run, said } = newProject(
    '  a: { cmd: echo a > a.txt, outs: [a.txt] }\n  b: { cmd: "test -e ok && cp a.txt b.txt", deps: [a.txt], outs: [b.txt] }\n  c: { cmd: cp b.txt c.txt, deps: [b.txt], outs: [c.txt] }\n',
  );
  const outcome = await run();
  assert.deepEqual([outcome.status, outcome.error?.stage], ['failed', 'b']);
  assert.match(outcome.error?.message ?? '', /ended with exit code 1/);
  assert.deepEqual(
    [
      Object.keys(readLock(root)),
      getRun(store, outcome.runId ?? '').status,
      getRun(store, outcome.runId ?? '').stages[1]?.exitCode,
    ],
    [['a'], 'failed', 1],
  );
  said.length = 0;
  symlinkSync('.', join(root, 'ok'));
  assert.equal((await run()).status, 'finished');
  assert.deepEqual(said.filter((line) => /^[<s]/.test(line)).slice(1), ['skip a', '< b finished', '< c finished']);
  assert.equal(readFileSync(join(root, 'c.txt'), 'utf8'), 'a\n');
});

const failure = async (stage: string, files: Record<string, string> = {}, status: RunOutcome['status'] = 'failed') => {
  const outcome = await newProject(stage, files).run();
  assert.equal(outcome.status, status);
  return outcome.error;
};

test('what a program that cannot run needs', async () => {
  assert.match(
    (await failure('  s: { cmd: nosuchprogram --x }\n'))?.message ?? '',
    /exit code 127\. The shell did not find `nosuchprogram`\. Install it/,
  );
  assert.match(
    (await failure('  s: { cmd: ./tool.sh }\n', { 'tool.sh': '#!/bin/sh\n' }))?.message ?? '',
    /exit code 126\. `\.\/tool\.sh` is not executable/,
  );
  assert.match(
    (
      await failure(
        "  s: { cmd: 'echo \"ModuleNotFoundError: No module named '\"'\"'torch'\"'\"'\"; exit 1' }\n".replaceAll(
          `'"'"'`,
          "''",
        ),
      )
    )?.message ?? '',
    / has no module `torch`: `\S+ -m pip install torch` installs it/,
  );
  assert.match(
    (await failure('  s: { cmd: "echo the end; echo; exit 4" }\n'))?.message ?? '',
    /exit code 4\. Its last line: the end/,
  );
  assert.match(
    (await failure('  s: { cmd: sleep 300, timeout: 0.2s }\n'))?.message ?? '',
    /took longer than its timeout/,
  );
});

test('a path without Python is told as Python that is missing', async () => {
  const root = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nstages: { s: { cmd: python train.py, env: { PATH: /nowhere } } }\n',
  });
  const store = openStore(root);
  after(() => store.sql.close());
  const outcome = await executeRun({ check: checkProject, project: loadProject(root), store });
  assert.match(outcome.error?.message ?? '', /did not find `python`.*python3 -m venv/);
});

test('an output that was promised and metrics that are no JSON are told', async () => {
  const missing = await failure('  s: { cmd: "true", outs: [a.txt, "b/*.bin"], metrics: [m.json] }\n');
  assert.match(missing?.message ?? '', /succeeded but did not write `a\.txt`, `b\/\*\.bin`, `m\.json`/);
  assert.deepEqual(
    missing?.place,
    { file: 'loopwright.yaml', line: 4, column: 3, endLine: 4, endColumn: 4 },
    'the stage in loopwright.yaml',
  );
  const bad = await failure('  s: { cmd: "echo not json > m.json", metrics: [m.json] }\n');
  assert.match(bad?.message ?? '', /`m\.json` is not JSON/);
  assert.deepEqual(bad?.place, { file: 'm.json' });
});

test('gates of a command are held against what it wrote', async () => {
  const stage = (gates: string) =>
    `  s:\n    cmd: "echo '{\\"f1\\": 0.5}' > m.json"\n    metrics: [m.json]\n    gates: ${gates}\n`;
  const refusal = (gates: string) => failure(stage(gates), {}, 'refused');
  const { run, store } = newProject(stage('{ f1: { min: 0.4 } }'));
  const good = await run();
  assert.deepEqual(
    [good.status, getRun(store, good.runId ?? '').gates.map(({ gate, passed, value }) => ({ gate, passed, value }))],
    ['finished', [{ gate: 'f1', passed: true, value: 0.5 }]],
  );
  assert.match((await refusal('{ f1: { min: 0.6 } }'))?.message ?? '', /1 gate failed: f1 0\.5 < 0\.6/);
  assert.match((await refusal('{ recall: { min: 0.6 } }'))?.message ?? '', /recall/);
  assert.match((await refusal('{ toString: { min: 0.6 } }'))?.message ?? '', /1 gate failed/);
});

test('a project with problems does not run', async () => {
  await assert.rejects(
    newProject('  s: { cmd: x, deps: [none.txt] }\n').run(),
    (error) => error instanceof ProjectError && error.problems.length === 1 && /1 problem\./.test(error.message),
  );
});

test('cancelling stops the command, marks the run, and keeps what was finished', async () => {
  const { root, store, run, said } = newProject(
    '  a: { cmd: echo a > a.txt, outs: [a.txt] }\n  b: { cmd: "sleep 300 & echo $!; wait", deps: [a.txt] }\n',
  );
  const abort = new AbortController();
  const work = assert.rejects(run({ signal: abort.signal }), CancelledError);
  const pid = await until('the child runs', () =>
    Number(said.map((line) => /^b\| (\d+)$/.exec(line)?.[1]).find((found) => found !== undefined)),
  );
  assert.equal(listRuns(store).runs[0]?.status, 'running');
  abort.abort();
  await work;
  await until('the child is gone', async () => !(await isRunning(pid)), 2000);
  const [summary] = listRuns(store).runs;
  assert.deepEqual(
    [summary?.status, getRun(store, summary?.runId ?? '').stages.map(({ status }) => status)],
    ['cancelled', ['finished', 'cancelled']],
  );
  assert.deepEqual([Object.keys(readLock(root)), existsSync(join(root, '.loopwright/run.lock'))], [['a'], false]);
});

test('a run that was stopped before it began runs nothing', async () => {
  const { store, run, said } = newProject('  a: { cmd: echo a }\n');
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(run({ signal: abort.signal }), CancelledError);
  assert.ok(!said.includes('a| a'));
  assert.equal(listRuns(store).runs[0]?.status, 'cancelled');
});

test('two runs at once: the second is told who runs', async () => {
  const { run, root, said } = newProject('  a: { cmd: "echo on; while [ ! -e go ]; do sleep 0.02; done" }\n');
  const first = run();
  await until('the first runs', () => said.includes('a| on'));
  const second = await run().catch((error: unknown) => messageOf(error));
  // Whatever it said, the first one ends.
  symlinkSync('.', join(root, 'go'));
  assert.match(
    String(second),
    /Another run of this project is in progress \([\w-]+, process \d+\)\. `loopwright attach` shows its output, `loopwright stop` stops it\./,
  );
  assert.equal((await first).status, 'finished');
});
