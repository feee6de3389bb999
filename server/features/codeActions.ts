import {
  CodeActionKind,
  type CodeAction,
  type CodeActionContext,
  type Diagnostic,
  type Range,
  type TextEdit,
} from 'vscode-languageserver';
import { yamlText } from '../../engine/project/edit.ts';
import type { Fix, Problem } from '../../protocol/problem.ts';
import type { Workspace } from '../workspace.ts';
import { rangeOf, type Diagnostics } from './diagnostics.ts';
import { placeIn } from '../places.ts';

export const fixAllKind = `${CodeActionKind.SourceFixAll}.loopwright`;

/** The fixes of the findings in a range, an action to ignore each, and one that applies all unambiguous fixes. */
export function provideCodeActions(
  workspace: Workspace,
  diagnostics: Diagnostics,
  uri: string,
  range: Range,
  context: CodeActionContext,
): CodeAction[] {
  const wants = (kind: string) =>
    !context.only || context.only.some((only) => kind === only || kind.startsWith(`${only}.`));
  const problems = diagnostics.problemsOf(uri);
  const actions: CodeAction[] = [];
  if (wants(CodeActionKind.QuickFix)) {
    for (const problem of problems.filter((candidate) => touches(rangeOf(candidate), range)))
      actions.push(
        ...fixesOf(workspace, uri, problem, context.diagnostics),
        ...silence(workspace, uri, problem, context.diagnostics),
      );
  }
  // Offered only on request of this kind, or in the menu of source actions.
  if (context.only?.some((only) => fixAllKind === only || fixAllKind.startsWith(`${only}.`))) {
    const all = fixAll(workspace, uri, problems);
    if (all) actions.push(all);
  }
  return actions;
}

function fixesOf(
  workspace: Workspace,
  uri: string,
  problem: Problem,
  diagnostics: readonly Diagnostic[],
): CodeAction[] {
  const fixes = [...(problem.fixes ?? []), ...(suggestionOf(workspace, uri, problem) ?? [])];
  return fixes.map((fix, i) => ({
    title: fix.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: matching(problem, diagnostics),
    isPreferred: i === 0,
    edit: { changes: changesOf(workspace, uri, fix) },
  }));
}

/** `Did you mean \`x\`?` as an edit. */
function suggestionOf(workspace: Workspace, uri: string, problem: Problem): Fix[] | null {
  const meant = /Did you mean `([^`]+)`\?/.exec(problem.message)?.[1];
  const document = workspace.document(uri);
  if (meant === undefined || !document) return null;
  const written = document.getText(rangeOf(problem));
  const wrong = /`([^`]+)`/.exec(problem.message)?.[1] ?? '';
  // A column that the SQL lacks is not a name in the config.
  if (problem.code === 'LW326') return null;
  const newText = written.includes('${')
    ? written.replaceAll(`.${wrong}`, `.${meant}`)
    : written.includes(`[${wrong}]`)
      ? written.replace(`[${wrong}]`, `[${meant}]`)
      : written.startsWith('"')
        ? JSON.stringify(meant)
        : uri.endsWith('.sql')
          ? meant
          : yamlText(meant);
  return [{ title: `Change to ${meant}`, edits: [{ ...problem, newText }] }];
}

/** A comment on the line above that ignores the finding. */
function silence(
  workspace: Workspace,
  uri: string,
  problem: Problem,
  diagnostics: readonly Diagnostic[],
): CodeAction[] {
  const document = workspace.document(uri);
  if (!document || problem.severity === 'error' || problem.code < 'LW2') return [];
  const line = problem.line - 1;
  const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
  const indent = /^\s*/.exec(text.replace(/\r?\n$/, ''))?.[0] ?? '';
  const mark = uri.endsWith('.sql') ? '--' : '#';
  const edit: TextEdit = {
    range: { start: { line, character: 0 }, end: { line, character: 0 } },
    newText: `${indent}${mark} loopwright-ignore ${problem.code}${text.endsWith('\r\n') ? '\r\n' : '\n'}`,
  };
  return [
    {
      title: `Ignore ${problem.code} here`,
      kind: CodeActionKind.QuickFix,
      diagnostics: matching(problem, diagnostics),
      edit: { changes: { [uri]: [edit] } },
    },
  ];
}

/**
 * One edit with every fix of the file that is the only one for its finding. Of two overlapping fixes the first is used.
 */
function fixAll(workspace: Workspace, uri: string, problems: readonly Problem[]): CodeAction | null {
  const edits: TextEdit[] = [];
  let fixed = 0;
  for (const problem of problems) {
    const fixes = [...(problem.fixes ?? []), ...(suggestionOf(workspace, uri, problem) ?? [])];
    const [fix] = fixes;
    if (!fix || fixes.length !== 1) continue;
    const changes = changesOf(workspace, uri, fix);
    const own = changes[uri] ?? [];
    if (
      Object.keys(changes).length !== 1 ||
      own.some((edit) => edits.some((other) => touches(other.range, edit.range)))
    )
      continue;
    edits.push(...own);
    fixed++;
  }
  return fixed === 0
    ? null
    : {
        title: fixed === 1 ? 'Fix the only problem with a single fix' : `Fix all ${fixed} problems with a single fix`,
        kind: fixAllKind,
        edit: { changes: { [uri]: edits } },
      };
}

function changesOf(workspace: Workspace, uri: string, fix: Fix): Record<string, TextEdit[]> {
  const root = workspace.rootOf(uri);
  const changes: Record<string, TextEdit[]> = {};
  for (const edit of fix.edits)
    (changes[root === null ? uri : workspace.uriOf(placeIn(root, edit.file))] ??= []).push({
      range: rangeOf(edit),
      newText: edit.newText,
    });
  return changes;
}

function matching(problem: Problem, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const range = JSON.stringify(rangeOf(problem));
  return diagnostics.filter(
    (diagnostic) =>
      diagnostic.code === problem.code &&
      JSON.stringify({ start: diagnostic.range.start, end: diagnostic.range.end }) === range,
  );
}

function touches(a: Range, b: Range): boolean {
  const before = (x: Range['start'], y: Range['start']) =>
    x.line < y.line || (x.line === y.line && x.character < y.character);
  return !before(a.end, b.start) && !before(b.end, a.start);
}
