import { checkProject } from '../../engine/checks/checkProject.ts';
import { rules } from '../../engine/checks/rules.ts';
import { shapeCodes } from '../../engine/checks/shapeCodes.ts';
import { checkCancelled, ProjectError } from '../../engine/base/errors.ts';
import { findAll } from '../../engine/facts/compute.ts';
import { factsOf } from '../../engine/facts/factsOf.ts';
import { noFacts, type Facts } from '../../engine/facts/facts.ts';
import { factRequests } from '../../engine/facts/requests.ts';
import { textOf, type Project } from '../../engine/project/loadProject.ts';
import { exitCodes, plainProblem, type Problem, type Severities } from '../../protocol/problem.ts';
import type { CheckFormat } from '../checkOptions.ts';
import { problemLine, type CommandContext } from '../context.ts';
import { checkGates } from './checkGates.ts';
import { githubLine } from '../formats/github.ts';
import { sarif } from '../formats/sarif.ts';

export interface CheckOptions {
  format?: CheckFormat;
  /** The gates instead of the files. */
  gates?: boolean;
  /** False with `--no-data`. */
  data: boolean;
  severity?: Severities;
}

/**
 * Progress that is drawn and removed at once only flickers, and a terminal that is still opening may lose the next line.
 */
const quietMs = 1000;

/** `loopwright check`: every finding about the project's files and data. */
export async function check(context: CommandContext, options: CheckOptions): Promise<number> {
  const unknown = Object.keys(options.severity ?? {}).find(
    (code) => ![...rules, ...shapeCodes].some((rule) => rule.code === code),
  );
  if (unknown !== undefined) throw new ProjectError(`There is no check ${unknown}.`);
  const format = options.format ?? (context.json ? 'json' : 'human');
  if (options.gates) return checkGates(context, format);
  if (format === 'junit' || format === 'openlineage')
    throw new ProjectError(`The format ${format} is for gates. Use it with \`loopwright check --gates\`.`);
  const project = context.project();
  const facts = options.data ? await factsAbout(context, project) : noFacts;
  checkCancelled(context.signal);
  const problems = checkProject(project, { facts, severities: options.severity });
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  switch (format) {
    case 'json':
      context.printJson(problems.map(plainProblem));
      break;
    case 'sarif':
      context.printJson(sarif(problems));
      break;
    case 'github':
      for (const problem of problems) context.terminal.command(githubLine(problem, project.root));
      break;
    case 'human':
      printForPeople(context, project, problems, errors);
  }
  // A project that cannot be read at all was not checked.
  const unread = project.file.parsed.root === null && project.file.problems.some(({ code }) => code === 'LW204');
  return unread ? exitCodes.wrongUse : errors > 0 ? exitCodes.failed : exitCodes.done;
}

async function factsAbout({ terminal, signal }: CommandContext, project: Project): Promise<Facts> {
  const started = Date.now();
  const requests = factRequests(project);
  const found = await findAll(project.root, requests, {
    signal,
    progress: (text) => {
      if (Date.now() - started > quietMs) terminal.progress(text);
    },
    failed: (text) => terminal.note(`could not read the data: ${text}`),
  });
  terminal.progress(null);
  return factsOf(requests, found);
}

function printForPeople(
  { terminal }: CommandContext,
  project: Project,
  problems: readonly Problem[],
  errors: number,
): void {
  const lines = new Map<string, string[]>();
  const linesOf = (file: string) => {
    const known = lines.get(file) ?? textOf(project, file).split('\n');
    lines.set(file, known);
    return known;
  };
  for (const problem of problems) {
    terminal.line(problemLine(problem, project.root));
    if (terminal.live)
      for (const line of excerpt(linesOf(problem.file), problem)) terminal.line(terminal.style('dim', line));
  }
  const [warnings, notes] = (['warning', 'info'] as const).map(
    (severity) => problems.filter((problem) => problem.severity === severity).length,
  );
  const counts = [
    [errors, 'error'],
    [warnings ?? 0, 'warning'],
    [notes ?? 0, 'note'],
  ] as const;
  terminal.line(
    problems.length === 0
      ? 'No problems.'
      : `${counts
          .filter(([n], i) => n > 0 || i < 2)
          .map(([n, word]) => `${n} ${n === 1 ? word : `${word}s`}`)
          .join(', ')}.`,
  );
}

/** The line of a finding with a mark under its range, and its fixes. */
function excerpt(lines: readonly string[], { line, column, endLine, endColumn, fixes }: Problem): string[] {
  const text = (lines[line - 1] ?? '').replace(/\r$/, '');
  const number = String(line);
  const gap = ' '.repeat(number.length);
  const width = Math.max(1, (endLine === line ? endColumn : text.length + 1) - column);
  const [fix] = fixes ?? [];
  return [
    ...(text.trim() === ''
      ? []
      : [
          `  ${number} | ${text.slice(0, 200)}`,
          `  ${gap} | ${text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')}${'^'.repeat(Math.min(width, 200))}`,
        ]),
    ...(fix ? [`  ${gap} = fix: ${fix.title}`] : []),
  ];
}
