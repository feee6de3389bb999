import type { FileProblem } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import type { Row } from './row.ts';

/** The one line that says why the rest is the last good state; a click goes to the mistake. */
export function problemRow(project: Project, problem: FileProblem, id: string): Row {
  const place = `${problem.file}:${problem.line}`;
  return {
    id,
    label: problem.message,
    description: place,
    tooltip: `${place}\n${problem.message}`,
    icon: 'error',
    color: 'problemsErrorIcon.foreground',
    context: 'problem',
    open: openProblem(project, problem),
  };
}

/** A row whose own file is broken: it says so at its place, and the others stay as they are. */
export function withProblem(row: Row, project: Project, problem: FileProblem | null): Row {
  if (!problem) return row;
  const place = `${problem.file}:${problem.line}`;
  return {
    ...row,
    description: `cannot be used · ${place}`,
    tooltip: `${row.label}: ${problem.message}\n${place}`,
    icon: 'error',
    color: 'problemsErrorIcon.foreground',
    open: openProblem(project, problem),
  };
}

/** A row of the last good state: grey, at every depth, and its tooltip says since what. */
export function ofLastGoodState(row: Row, problem: FileProblem): Row {
  const { children } = row;
  const grey = {
    ...row,
    lastGood: true,
    color: 'disabledForeground',
    tooltip: `${row.tooltip ?? row.label}\nLast good state: ${problem.file}:${problem.line} cannot be read`,
  };
  return children
    ? { ...grey, children: async () => (await children()).map((child) => ofLastGoodState(child, problem)) }
    : grey;
}

function openProblem(project: Project, { file, line }: FileProblem): Row['open'] {
  return { id: commandIds.openFile, args: [{ project, file, line }] };
}
