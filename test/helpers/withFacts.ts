import { checkProject } from '../../engine/checks/checkProject.ts';
import { FactCache } from '../../engine/facts/factCache.ts';
import { findAll } from '../../engine/facts/compute.ts';
import { factsOf } from '../../engine/facts/factsOf.ts';
import type { Facts } from '../../engine/facts/facts.ts';
import { factRequests } from '../../engine/facts/requests.ts';
import { LineIndex } from '../../engine/project/lineIndex.ts';
import { loadProject, textOf } from '../../engine/project/loadProject.ts';
import type { Problem } from '../../protocol/problem.ts';
import { makeProject } from './makeProject.ts';

/** The facts of a project on disk, found out anew. */
export async function factsIn(root: string): Promise<Facts> {
  const requests = factRequests(loadProject(root));
  const failed: string[] = [];
  const found = await findAll(root, requests, {
    cache: new FactCache(root, makeProject()),
    failed: (text) => failed.push(text),
  });
  if (failed.length > 0) throw new Error(failed.join('\n'));
  return factsOf(requests, found);
}

export interface FoundInData {
  problems: Problem[];
  /** `file:line marked text`, of each finding. */
  marks: string[];
  messages: string[];
}

/** The findings of a code in a project on disk, its data read. */
export async function findInData(code: string, root: string): Promise<FoundInData> {
  const project = loadProject(root);
  const problems = checkProject(project, { facts: await factsIn(root) }).filter((problem) => problem.code === code);
  const marks = problems.map((problem) => {
    const text = textOf(project, problem.file);
    const lines = new LineIndex(text);
    return `${problem.file}:${problem.line} ${text.slice(lines.offset(problem.line, problem.column), lines.offset(problem.endLine, problem.endColumn))}`;
  });
  return { problems, marks, messages: problems.map(({ message }) => message) };
}
