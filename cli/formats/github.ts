import { relative, sep } from 'node:path';
import type { Problem } from '../../protocol/problem.ts';
import { projectPath } from '../../engine/base/projectPath.ts';

const levels = { error: 'error', warning: 'warning', info: 'notice' } as const;

/**
 * A finding as a workflow command of GitHub Actions, which shows it on the line of the pull request. Paths are relative
 * to the repository if the workflow provides its location.
 */
export function githubLine(
  problem: Problem,
  root: string,
  env: Record<string, string | undefined> = process.env,
): string {
  const base = env['GITHUB_WORKSPACE'] ?? process.cwd();
  const file = relative(base, projectPath(root, problem.file)).split(sep).join('/');
  // GitHub accepts columns only if the finding ends on its line.
  const end = problem.endLine === problem.line ? { endColumn: problem.endColumn } : {};
  const properties = Object.entries({
    file,
    line: problem.line,
    endLine: problem.endLine,
    col: problem.column,
    ...end,
    title: problem.code,
  });
  return `::${levels[problem.severity]} ${properties.map(([key, value]) => `${key}=${property(String(value))}`).join(',')}::${data(problem.message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
