import type { Problem, Severities } from '../../protocol/problem.ts';
import { messageOf } from '../base/errors.ts';
import { noFacts, type Facts } from '../facts/facts.ts';
import { graphOf } from '../project/graph.ts';
import { shapeProblems, textOf, type Project } from '../project/loadProject.ts';
import type { Readable } from '../project/readable.ts';
import { unusedIgnore, unusedIgnores } from './hygiene/unusedIgnore.ts';
import { writtenFiles } from './lookUp.ts';
import { CheckContext, type Rule } from './rule.ts';
import { rules } from './rules.ts';
import { judge } from './severities.ts';
import { isShapeCode, shapeCodes } from './shapeCodes.ts';

export interface CheckOptions {
  /** What is known of the data and of earlier runs; without it rules that need it are silent. */
  facts?: Facts;
  /** A person's choices, over those under `checks` of the project. */
  severities?: Severities;
  rules?: readonly Rule[];
}

/**
 * All findings about a project: shape first, and meaning for all that the shape allows to understand. Sorted by file
 * and place. A rule that crashes is reported as such and stops no other.
 */
export function checkProject(
  project: Project,
  { facts = noFacts, severities, rules: chosen = rules }: CheckOptions = {},
): Problem[] {
  const problems = [...shapeProblems(project)];
  const { readable } = project;
  if (readable) {
    const { config, whole } = readable;
    const graph = graphOf(config, project.files);
    const codes = new Set([...shapeCodes, ...rules, ...chosen].map(({ code }) => code));
    const found: Problem[] = [];
    for (const rule of chosen) {
      if (rule.whole === 'silent' && !whole) continue;
      const own: Problem[] = [];
      try {
        rule.check(new CheckContext(project, config, graph, facts, codes, rule, own));
        found.push(...(whole ? own : own.filter((problem) => isSure(problem, rule, project, readable))));
      } catch (error) {
        found.push({
          ...project.file.parsed.lines.place(project.file.path, { start: 0, end: 1 }),
          code: rule.code,
          severity: 'warning',
          message: `The check ${rule.name} crashed and was skipped: ${messageOf(error)}`,
        });
      }
    }
    problems.push(...found);
    if (
      whole &&
      chosen.includes(unusedIgnore) &&
      !problems.some((problem) => problem.severity === 'error' && isShapeCode(problem.code))
    ) {
      const complete = new Set([...shapeCodes, ...chosen.filter((rule) => !rule.fromData)].map(({ code }) => code));
      problems.push(
        ...unusedIgnores({
          problems,
          files: writtenFiles({ project, config }),
          textOf: (file) => textOf(project, file),
          complete,
          choices: [config.checks, severities],
        }),
      );
    }
  }
  return judge(problems, (file) => textOf(project, file), readable?.config.checks, severities).sort((a, b) =>
    a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1,
  );
}

/**
 * A finding about an entry that could not be read, or one that such an entry may answer, is no finding: that the name
 * is unknown, or that nothing uses it, may only seem so.
 */
function isSure(
  { file, line, column, message }: Problem,
  rule: Rule,
  project: Project,
  { leftOut, unsure, mentions }: Readable,
): boolean {
  const at = project.file.parsed.lines.offset(line, column);
  if (file === project.file.path && unsure.some(({ start, end }) => at >= start && at < end)) return false;
  const names = [...message.matchAll(/`([^`]+)`/g)].flatMap(([, name = '']) => [name, ...name.split('.')]);
  return !names.some(
    (name) =>
      leftOut.has(name) ||
      (rule.whole !== undefined && mentions(name, rule.whole === 'written' ? 'stages' : undefined)),
  );
}
