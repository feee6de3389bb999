import assert from 'node:assert/strict';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { noFacts, type Facts } from '../../engine/facts/facts.ts';
import { globMatcher } from '../../engine/base/glob.ts';
import { LineIndex } from '../../engine/project/lineIndex.ts';
import { loadProject, type Project } from '../../engine/project/loadProject.ts';
import type { ProjectFiles } from '../../engine/project/projectFiles.ts';
import type { Problem } from '../../protocol/problem.ts';
import { labelsSchema, ordersSchema, ordersSql, ordersYaml } from './ordersProject.ts';

export type Texts = Record<string, string>;

/** The small orders project as texts; nothing of it is on a disk. */
export const ordersTexts: Texts = {
  'loopwright.yaml': ordersYaml,
  'schemas/orders.dataset.yaml': ordersSchema,
  'schemas/labels.dataset.yaml': labelsSchema,
  'sql/features.sql': ordersSql,
  'incoming/a.csv': 'id\n',
  'labels/a.csv': 'id\n',
  'experiments/longer.experiment.yaml': 'describe: x\nparams: { epochs: 5 }\n',
};

export function inMemory(texts: Texts): ProjectFiles {
  return {
    read: (path) => texts[path] ?? null,
    exists: (path) => path in texts || Object.keys(texts).some((file) => file.startsWith(`${path}/`)),
    glob: (pattern) =>
      Object.keys(texts)
        .filter((path) => globMatcher(pattern).test(path))
        .toSorted(),
  };
}

export function projectOf(texts: Texts): Project {
  return loadProject('/memory', inMemory(texts), {});
}

/** The orders project with changes: `edit('loopwright.yaml', ['from', 'to'], …)` gives the changed text. */
export function edit(file: string, ...changes: [from: string, to: string][]): Texts {
  let text = ordersTexts[file] ?? '';
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), `${file} has no ${from}`);
    text = text.replace(from, () => to);
  }
  return { [file]: text };
}

/** The texts without their marks, and what each pair of marks «…» encloses, as `file:line:column text`. */
export function unmark(texts: Texts): { texts: Texts; marks: string[] } {
  const clean: Texts = {};
  const marks: string[] = [];
  for (const [file, marked] of Object.entries(texts)) {
    let text = '';
    const open: number[] = [];
    const found: [number, number][] = [];
    for (const c of marked) {
      if (c === '«') open.push(text.length);
      else if (c === '»') found.push([open.pop() ?? 0, text.length]);
      else text += c;
    }
    clean[file] = text;
    const lines = new LineIndex(text);
    for (const [start, end] of found) marks.push(spell(file, lines.at(start), text.slice(start, end)));
  }
  return { texts: clean, marks };
}

const spell = (file: string, at: { line: number; column: number }, text: string) =>
  `${file}:${at.line}:${at.column} ${text}`;

/** The findings of one code in the orders project, with these texts laid over it. */
export function findings(
  code: string,
  over: Texts,
  facts: Facts = noFacts,
  only = false,
): { problems: Problem[]; texts: Texts } {
  const texts = only ? over : { ...ordersTexts, ...over };
  return { problems: checkProject(projectOf(texts), { facts }).filter((problem) => problem.code === code), texts };
}

/**
 * Asserts that a code is found exactly where the texts are marked «so», all else being the orders project. Without a
 * mark: that it is not found. Gives the findings.
 */
export function expectMarks(
  code: string,
  marked: Texts,
  { facts = noFacts, only = false }: { facts?: Facts; only?: boolean } = {},
): Problem[] {
  const { texts: over, marks } = unmark(marked);
  const { problems, texts } = findings(code, over, facts, only);
  const found = problems.map((problem) => {
    const text = texts[problem.file] ?? '';
    const lines = new LineIndex(text);
    return spell(
      problem.file,
      problem,
      text.slice(lines.offset(problem.line, problem.column), lines.offset(problem.endLine, problem.endColumn)),
    );
  });
  assert.deepEqual(found.toSorted(), marks.toSorted(), problems.map(({ message }) => message).join('\n'));
  return problems;
}

/** The texts after a fix of a problem, its edits made from the last to the first. */
export function applyFix(texts: Texts, problem: Problem | undefined, which = 0): Texts {
  const fix = problem?.fixes?.[which];
  assert.ok(fix, `no fix ${which} for ${problem?.message ?? 'a problem that was not found'}`);
  const result = { ...texts };
  const edits = fix.edits.map((change) => {
    const lines = new LineIndex(texts[change.file] ?? '');
    return {
      ...change,
      start: lines.offset(change.line, change.column),
      end: lines.offset(change.endLine, change.endColumn),
    };
  });
  for (const { file, start, end, newText } of edits.toSorted((a, b) => b.start - a.start))
    result[file] = (result[file] ?? '').slice(0, start) + newText + (result[file] ?? '').slice(end);
  return result;
}

/** Asserts that the first fix of the finding leaves no finding of the code, and gives the changed text of a file. */
export function expectFixed(code: string, over: Texts, file = 'loopwright.yaml', facts: Facts = noFacts): string {
  const { problems, texts } = findings(code, unmark(over).texts, facts);
  const fixed = applyFix(texts, problems[0]);
  const left = checkProject(projectOf(fixed), { facts }).filter(
    (problem) => problem.code === code || problem.code < 'LW2',
  );
  assert.deepEqual(left.map(({ code: other, message }) => `${other} ${message}`).slice(problems.length - 1), []);
  return fixed[file] ?? '';
}
