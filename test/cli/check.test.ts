import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { githubLine } from '../../cli/formats/github.ts';
import type { Problem } from '../../protocol/problem.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

const yaml =
  'version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/*.csv, schema: t.dataset.yaml }\nstages:\n  s: { cmd: x, deps: [data/t.csv] }\n';
const files = {
  'loopwright.yaml': yaml,
  't.dataset.yaml': 'fields:\n  - { name: a, type: integer, constraints: { minimum: 0 } }\n',
  'data/t.csv': 'a\n1\n-2\n',
};
const env = { XDG_CACHE_HOME: makeProject() };

test('reads the data, unless it is told not to', async () => {
  const cwd = makeProject(files);
  const found = await runCli(['check', '--format', 'json'], { cwd, env });
  assert.equal(found.code, 0, 'a warning alone is no failure');
  const message = '`a` is below 0 in 1 of 2 rows of `t`, first in row 2: -2.';
  assert.deepEqual(JSON.parse(found.out), [
    {
      file: 't.dataset.yaml',
      line: 2,
      column: 55,
      endLine: 2,
      endColumn: 56,
      code: 'LW314',
      severity: 'warning',
      message,
    },
  ]);
  assert.equal((await runCli(['check', '--json'], { cwd, env })).out, found.out, '--json is --format json');
  assert.deepEqual(JSON.parse((await runCli(['check', '--json', '--no-data'], { cwd, env })).out), []);
  assert.equal(
    (await runCli(['check'], { cwd, env })).out,
    `t.dataset.yaml:2:55: warning: ${message} [LW314]\n0 errors, 1 warning.\n`,
  );
});

test('severities can be chosen: by option, in the project, on the line', async () => {
  const cwd = makeProject(files);
  const codes = async (root: string, ...args: string[]) => {
    const { code, out } = await runCli(['check', '--json', ...args], { cwd: root, env });
    return [
      code,
      (JSON.parse(out) as { code: string; severity: string }[]).map((problem) => `${problem.code} ${problem.severity}`),
    ];
  };
  assert.deepEqual(await codes(cwd, '--severity', 'LW314=error'), [1, ['LW314 error']]);
  assert.deepEqual(await codes(cwd, '--severity', 'LW314=off'), [0, []]);
  const chosen = makeProject({ ...files, 'loopwright.yaml': `${files['loopwright.yaml']}checks: { LW314: error }\n` });
  assert.deepEqual(await codes(chosen), [1, ['LW314 error']]);
  assert.deepEqual(await codes(chosen, '--severity', 'LW314=info'), [0, ['LW314 info']], 'the option is stronger');
  const above = makeProject({
    ...files,
    't.dataset.yaml': files['t.dataset.yaml'].replace('  - {', '  # loopwright-ignore LW314\n  - {'),
  });
  assert.deepEqual(await codes(above), [0, []]);
  const beside = makeProject({
    ...files,
    't.dataset.yaml': files['t.dataset.yaml'].replace(
      '} }\n',
      '} }   # loopwright-ignore LW999 LW314 known since March\n',
    ),
  });
  assert.deepEqual((await codes(beside))[1], ['LW217 warning']);
});

test('SARIF: rules, places, levels and fixes', async () => {
  const cwd = makeProject({ ...files, 'a folder/x.txt': '' });
  const { out } = await runCli(['check', '--format', 'sarif'], { cwd, env });
  const log = JSON.parse(out) as {
    version: string;
    runs: [
      {
        columnKind: string;
        tool: { driver: { rules: { id: string; fullDescription: { text: string } }[] } };
        results: { ruleId: string; ruleIndex: number; level: string; locations: unknown[]; fixes: unknown[] }[];
      },
    ];
  };
  assert.equal(log.version, '2.1.0');
  const [run] = log.runs;
  assert.ok(run.tool.driver.rules.length >= 60);
  assert.equal(new Set(run.tool.driver.rules.map(({ id }) => id)).size, run.tool.driver.rules.length);
  const [result] = run.results;
  assert.deepEqual(
    [result?.ruleId, result?.level, run.tool.driver.rules[result?.ruleIndex ?? -1]?.id],
    ['LW314', 'warning', 'LW314'],
  );
  assert.deepEqual(result?.locations, [
    {
      physicalLocation: {
        artifactLocation: { uri: 't.dataset.yaml', uriBaseId: '%SRCROOT%' },
        region: { startLine: 2, startColumn: 55, endLine: 2, endColumn: 56 },
      },
    },
  ]);
  assert.deepEqual(result?.fixes, [
    {
      description: { text: 'Set minimum to -2, the smallest in the data' },
      artifactChanges: [
        {
          artifactLocation: { uri: 't.dataset.yaml', uriBaseId: '%SRCROOT%' },
          replacements: [
            {
              deletedRegion: { startLine: 2, startColumn: 55, endLine: 2, endColumn: 56 },
              insertedContent: { text: '-2' },
            },
          ],
        },
      ],
    },
  ]);
});

test('workflow commands of GitHub: paths from the repository, awkward characters written as they have to be', () => {
  const problem = {
    file: 'a,b/x:y.yaml',
    line: 3,
    column: 2,
    endLine: 3,
    endColumn: 9,
    code: 'LW201',
    severity: 'info' as const,
    message: '100 %\nof it: all',
  };
  assert.equal(
    githubLine(problem, '/repo/models/fraud', { GITHUB_WORKSPACE: '/repo' }),
    '::notice file=models/fraud/a%2Cb/x%3Ay.yaml,line=3,endLine=3,col=2,endColumn=9,title=LW201::100 %25%0Aof it: all',
  );
  assert.equal(
    githubLine({ ...problem, file: 'x.yaml', endLine: 5, severity: 'error' }, '/repo', { GITHUB_WORKSPACE: '/repo' }),
    '::error file=x.yaml,line=3,endLine=5,col=2,title=LW201::100 %25%0Aof it: all',
  );
});

test('1 for errors, 2 when nothing could be checked', async () => {
  assert.equal(
    (
      await runCli(['check', '--format', 'github'], {
        cwd: makeProject({ ...files, 'loopwright.yaml': 'version: 2\n' }),
        env,
      })
    ).code,
    1,
  );
  assert.equal((await runCli(['check'], { cwd: makeProject({}), env })).code, 2);
  const wrong = await runCli(['check', '--format', 'xml'], { cwd: makeProject(files), env });
  assert.deepEqual([wrong.code, /Formats: human, json, sarif, github/.test(wrong.err)], [2, true]);
  assert.match(
    (await runCli(['check', '--severity', 'LW314=loud'], { cwd: makeProject(files), env })).err,
    /Severities: error, warning, info, off/,
  );
  const folder = makeProject({ 'loopwright.yaml/x': '' });
  assert.equal((await runCli(['check'], { cwd: folder, env })).code, 2, 'a folder of that name');
  const locked = makeProject(files);
  if (process.getuid?.() !== 0) {
    chmodSync(join(locked, 'loopwright.yaml'), 0o000);
    assert.equal((await runCli(['check'], { cwd: locked, env })).code, 2);
  }
});

test('a project without problems prints [] and exits with 0', async () => {
  const cwd = ordersProject();
  assert.deepEqual(await runJson(['check'], { cwd }), { code: 0, json: [], err: '' });
  assert.equal(
    (await runCli(['check'], { cwd: join(cwd, 'incoming') })).out,
    'No problems.\n',
    'the project is found from a subfolder',
  );
});

test('problems are an array with 1-based positions, and the exit code is 1', async () => {
  const bad = ordersProject({
    yaml: ordersYaml.replace('slices: [country]', 'slices: [contry]').replace('files: incoming', 'files: outgoing'),
  });
  const { code, json } = await runJson<Problem[]>(['check'], { cwd: bad });
  assert.equal(code, 1);
  const line = ordersYaml.split('\n').findIndex((text) => text.includes('slices:')) + 1;
  const column = (ordersYaml.split('\n')[line - 1] ?? '').indexOf('country') + 1;
  assert.deepEqual(
    json.map(({ code: rule }) => rule),
    ['LW204', 'LW301'],
  );
  assert.deepEqual(json[1], {
    file: 'loopwright.yaml',
    line,
    column,
    endLine: line,
    endColumn: column + 'contry'.length,
    code: 'LW301',
    severity: 'error',
    message: 'The schema of `features` has no column `contry`. Did you mean `country`?',
  });
  const plain = await runCli(['check'], { cwd: bad });
  assert.match(
    plain.out,
    new RegExp(`^loopwright\\.yaml:${line}:${column}: error: The schema of .* \\[LW301\\]$`, 'm'),
  );
  assert.match(plain.out, /1 error, 1 warning\.\n$/);
  const warned = ordersProject({ yaml: ordersYaml.replace('files: incoming', 'files: outgoing') });
  assert.equal((await runCli(['check'], { cwd: warned })).code, 0, 'a warning alone does not fail');
});
