import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { expandSnippet } from '../helpers/acceptItem.ts';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.cjs');
const skip = existsSync(cli) ? false : 'the command line is not built: run npm run build';

interface Snippet {
  prefix: string;
  body: string[];
}

function snippets(name: string): Map<string, Snippet> {
  const all = JSON.parse(readFileSync(join(root, `snippets/${name}.json`), 'utf8')) as Record<string, Snippet>;
  return new Map(Object.values(all).map((one) => [one.prefix, one]));
}

/** The text with every placeholder left as offered. */
function expand(snippet: Snippet | undefined): string {
  assert.ok(snippet);
  return expandSnippet(snippet.body.join('\n'));
}

const indent = (text: string, by = '  ') => text.replace(/^(?=.)/gm, by);

/** Problems of form (LW1xx): a snippet cannot know which files are there, but its keys and values must be right. */
function formProblems(files: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-snippets-'));
  try {
    cpSync(join(root, 'test/fixtures/project'), folder, { recursive: true });
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    try {
      execFileSync(process.execPath, [cli, 'check', '--json', '--project', folder], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
      return [];
    } catch (error) {
      const { stdout } = error as { stdout: string };
      return (JSON.parse(stdout) as { code: string; file: string; line: number; message: string }[])
        .filter((one) => one.code.startsWith('LW1'))
        .map((one) => `${one.file}:${one.line} ${one.message}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('project snippets have keys and values that the check knows', { skip }, () => {
  const all = snippets('project');
  for (const name of ['project', 'project-minimal'])
    assert.deepEqual(formProblems({ 'loopwright.yaml': expand(all.get(name)) }), [], name);
  const part = (name: string, by = '  ') => indent(expand(all.get(name)), by);
  const gates = ['gate', 'gate-champion', 'gate-fairness', 'gate-latency']
    .map((name) => part(name, '      ').replace('pr_auc:', name === 'gate' ? 'roc_auc:' : 'pr_auc:'))
    .join('\n')
    .replaceAll('latency_p95_ms', 'latency_p50_ms');
  const text = `version: 1\nproject: x\nparams: { hidden: [8], learning_rate: 0.01, epochs: 3 }\nstages:\n${part('stage-cmd').replace('train:', 'own:')}\n${part('stage-collect')}\n${part('stage-prepare')}\n${part('stage-train')}\n${part('stage-train-trees').replace('train:', 'trees:')}\n${part('stage-validate').trimEnd()}\n${gates}\ndeployments:\n${part('deployment-api')}\n${part('deployment-batch')}\nmonitors:\n${part('monitor')}\n${expand(all.get('retraining'))}\n${expand(all.get('card'))}`;
  assert.deepEqual(formProblems({ 'loopwright.yaml': text }), [], text);
});

it('experiment and dataset snippets have keys and values that the check knows', { skip }, () => {
  assert.ok([...snippets('experiment')].length > 0 && [...snippets('dataset')].length > 0);
  for (const [name, snippet] of snippets('experiment'))
    assert.deepEqual(formProblems({ 'experiments/slower.experiment.yaml': expand(snippet) }), [], name);
  for (const [name, snippet] of snippets('dataset')) {
    const text = expand(snippet);
    assert.deepEqual(
      formProblems({ 'schemas/visits.dataset.yaml': name === 'schema' ? text : `fields:\n${indent(text)}` }),
      [],
      name,
    );
  }
});
