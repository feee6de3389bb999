import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { withSlashes } from '../../engine/base/projectPath.ts';
import { entryOf, type Entry, type Located } from '../../engine/project/located.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import type { Problem } from '../../protocol/problem.ts';
import { ordersTexts, projectOf, type Texts } from '../helpers/checking.ts';
import { rounds, sampled } from '../helpers/rounds.ts';

const main = 'loopwright.yaml';

/** Projects full of findings: each example with wrong names, paths, numbers and missing parts. */
function projects(): { name: string; texts: Texts }[] {
  const root = join(import.meta.dirname, '..', '..', 'examples');
  const examples = ['fraud', 'penguins', 'flights'].map((name) => ({
    name,
    texts: Object.fromEntries(
      globSync('**/*.{yaml,sql,csv}', { cwd: join(root, name) }).map((path) => [
        withSlashes(path),
        /\.(yaml|sql)$/.test(path) ? readFileSync(join(root, name, path), 'utf8') : '',
      ]),
    ),
  }));
  return [{ name: 'orders', texts: ordersTexts }, ...examples].map(({ name, texts }) => ({
    name,
    texts: { ...texts, [main]: spoilt(texts[main] ?? '') },
  }));
}

/** More stages and entries, each with a finding of its own. */
function spoilt(yaml: string): string {
  const more =
    '  orphan: { cmd: node none.mjs, deps: [none.mjs, gone/*.csv], outs: [other/x.txt] }\n  lonely: { uses: collect, with: { dataset: nobody, from: { files: nowhere/*.csv } } }\n  second: { uses: validate, with: { model: trian, data: featurs } }\n  plain: { cmd: echo }\n';
  return yaml
    .replace(/^stages:\n/m, `stages:\n${more}`)
    .replace(
      /^datasets:\n/m,
      'datasets:\n  spare: { path: data/spare.csv, schema: schemas/none.dataset.yaml }\n  ghost: { path: /tmp/ghost.csv }\n',
    )
    .replace(/^deployments:\n/m, 'deployments:\n  open: { model: champion, as: api, port: 80, host: 0.0.0.0 }\n')
    .replace(/^seed: .*\n/m, '');
}

/** A finding by its code and the text of the line it is on, since lines move. */
function name(texts: Texts, { code, file, line }: Problem): string {
  return `${code} ${file} ${(texts[file] ?? '').split('\n')[line - 1]?.trim()}`;
}

/** The entries that stand for themselves. */
function entriesIn(root: Located | null): Entry[] {
  if (root?.kind !== 'map') return [];
  return root.entries.flatMap((section) =>
    ['stages', 'datasets', 'deployments', 'monitors', 'params'].includes(section.key) && section.value.kind === 'map'
      ? section.value.entries
      : [section],
  );
}

const breaks: { what: string; of: (text: string, entry: Entry) => string | null }[] = [
  {
    what: 'a word that is none of the choices',
    of: (text) => (/uses: \w+/.test(text) ? text.replace(/uses: (\w+)/, 'uses: $1x') : null),
  },
  { what: 'an unknown key', of: (text) => text.replace(/(\s)(\w+): (?=\S)/, '$1$2qq: ') },
  {
    what: 'a bracket that is not closed',
    of: (text) => (/[}\]]/.test(text) ? text.replace(/[}\]](?!.*[}\]])/, '') : null),
  },
  { what: 'a quote that is not closed', of: (text) => text.replace(/: (?=[a-z0-9])/, ': "') },
  { what: 'a key without its colon', of: (text) => text.replace(/: /, ' ') },
  { what: 'a value of another type', of: (text) => text.replace(/: ([a-z0-9][\w./-]*)/, ': { q: 1 }') },
  { what: 'a tab', of: (text) => (/\n {2,}/.test(text) ? text.replace(/\n {2,}/, '\n\t') : null) },
];

/** Whether a finding is about an entry: it is there, or names it, or names what its text names. */
function isAbout(problem: Problem, lines: [number, number], entry: string, text: string): boolean {
  if (problem.file === main && problem.line >= lines[0] && problem.line <= lines[1]) return true;
  const words = new Set(text.split(/[^\w./*-]+/));
  const named = [...problem.message.matchAll(/`([^`]+)`/g)].flatMap(([, one = '']) => [one, ...one.split('.')]);
  const related = (problem.related ?? []).some(
    (place) => place.file === main && place.line >= lines[0] && place.line <= lines[1],
  );
  return related || named.some((one) => one === entry || words.has(one));
}

test('one wrong entry hides no finding about another one, and makes none', () => {
  let [broken, kept] = [0, 0];
  const faults: string[] = [];
  for (const { name: project, texts } of projects()) {
    const yaml = texts[main] ?? '';
    const parsed = parseYaml(main, yaml);
    assert.deepEqual(parsed.problems, [], project);
    const before = checkProject(projectOf(texts));
    assert.ok(before.length > 5, `${project}: ${before.length} findings`);
    for (const entry of sampled(entriesIn(parsed.root))) {
      const [start, end] = [entry.keyRange.start, Math.max(entry.keyRange.end, entry.value.range.end)];
      const lines: [number, number] = [parsed.lines.at(start).line, parsed.lines.at(Math.max(start, end - 1)).line];
      const text = yaml.slice(start, end);
      for (const { what, of } of breaks) {
        const wrong = of(text, entry);
        if (wrong === null || wrong === text) continue;
        const now = { ...texts, [main]: yaml.slice(0, start) + wrong + yaml.slice(end) };
        const after = checkProject(projectOf(now));
        if (!after.some(({ code, severity }) => severity === 'error' && /^LW1[01]/.test(code))) continue;
        broken++;
        const names = new Set(after.map((problem) => name(now, problem)));
        const wanted = before.filter((problem) => !isAbout(problem, lines, entry.key, text));
        kept += wanted.length;
        for (const problem of wanted)
          if (!names.has(name(texts, problem)))
            faults.push(`${project}: ${what} in ${entry.key} hides ${name(texts, problem)} (${problem.message})`);
        const known = new Set(before.map((problem) => name(texts, problem)));
        for (const problem of after)
          if (
            !isAbout(problem, lines, entry.key, `${text} ${wrong}`) &&
            !known.has(name(now, problem)) &&
            !/^LW1[01]/.test(problem.code)
          )
            faults.push(`${project}: ${what} in ${entry.key} makes ${name(now, problem)} (${problem.message})`);
        const syntax = after.filter(({ code }) => code === 'LW100');
        if (syntax.length > 1)
          faults.push(
            `${project}: ${what} in ${entry.key} is told ${syntax.length} times: ${syntax.map(({ line, message }) => `${line} ${message}`).join(' ')}`,
          );
        if (syntax.length === 1 && after.filter(({ code }) => /^LW1[01]/.test(code)).length > 1)
          faults.push(
            `${project}: ${what} in ${entry.key} is followed by ${after
              .filter(({ code }) => /^LW1[01]/.test(code))
              .map(({ code, line, message }) => `${code} ${line} ${message}`)
              .join(' ')}`,
          );
      }
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(broken > rounds(120) && kept > rounds(1200), `${broken} broken, ${kept} kept`);
});

test('a project without a readable stage keeps the findings of its shape', () => {
  const texts = {
    ...ordersTexts,
    [main]: (ordersTexts[main] ?? '').replace('\nstages:\n', '\nstages\n').replace('port: 18080', 'port: x'),
  };
  assert.deepEqual(
    checkProject(projectOf(texts)).map(({ code }) => code),
    ['LW100', 'LW104'],
  );
  assert.ok(entryOf(projectOf(texts).file.parsed.root ?? undefined, 'deployments'));
});
