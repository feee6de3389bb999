import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { linearRegExp } from '../../base/linearRegExp.ts';
import { readRegularFile } from '../../base/readRegularFile.ts';

/** Whether DVC leaves out a file; its path is relative to the project, with `/`. */
export type DvcIgnore = (file: string) => boolean;

interface Rule {
  expression: RegExp;
  isNegated: boolean;
  foldersOnly: boolean;
}

const fileName = '.dvcignore';
/** No path is so long that it matches a longer expression. */
const longest = 20_000;
const always = ['.hg/', '.git/', '.git', '.dvc/'];

/**
 * Reads the `.dvcignore` files of a project and its folders, on demand. The lines are those of a `.gitignore`, with the
 * differences that DVC has: spaces around a line do not count, a negated line that ends in `/` brings back folders and
 * not the files in them, and `* /` without the space matches nothing. Folders that are DVC projects of their own are
 * left out. An unreadable file or line leaves out nothing.
 */
export function dvcIgnore(root: string): DvcIgnore {
  const known = new Map<string, Rule[]>();
  const rulesIn = (folder: string): Rule[] => {
    const found = known.get(folder);
    if (found) return found;
    const above = folder === '' ? always.flatMap((line) => readRule(line) ?? []) : rulesIn(parentOf(folder));
    const own = isLeftOut(above, posix.join(folder, fileName)) ? [] : linesOf(join(root, folder, fileName));
    const rules = [...above, ...own.flatMap((line) => readRule(folder === '' ? line : moved(line, folder)) ?? [])];
    known.set(folder, rules);
    return rules;
  };
  const isProject = remembered((folder) => existsSync(join(root, folder, '.dvc')));
  return (file) => {
    if (file.startsWith('../') || posix.isAbsolute(file)) return false;
    const folders = foldersOf(file);
    return isLeftOut(rulesIn(folders.at(-1) ?? ''), file) || folders.some(isProject);
  };
}

function isLeftOut(rules: readonly Rule[], file: string): boolean {
  return foldersOf(file).some((folder) => matches(rules, folder, true)) || matches(rules, file, false);
}

/** The last line that matches decides. */
function matches(rules: readonly Rule[], path: string, isFolder: boolean): boolean {
  const rule = rules.findLast(
    ({ expression, foldersOnly }) =>
      (isFolder || !foldersOnly) && (expression.test(path) || (isFolder && expression.test(`${path}/`))),
  );
  return rule !== undefined && !rule.isNegated;
}

function linesOf(path: string): string[] {
  try {
    return (
      readRegularFile(path)
        .toString('utf8')
        .split(/\r\n|\r|\n/)
        // A byte order mark is a part of the first name, as in DVC.
        .map((line) => line.replaceAll(/^[^\S\uFEFF]+|(?<![^\S\uFEFF])[^\S\uFEFF]+$/g, ''))
        .filter((line) => line !== '' && !line.startsWith('#'))
    );
  } catch {
    // There is none, or it cannot be read.
    return [];
  }
}

/** A line of a folder's file as a line of the project's file. */
function moved(line: string, folder: string): string {
  const isNegated = line.startsWith('!');
  let pattern = isNegated ? line.slice(1) : line;
  const isAnchored = pattern.slice(0, -1).includes('/') && !pattern.startsWith('**/');
  pattern = (isAnchored ? pattern.replace(/^\//, '') : pattern.replace(/^\*\*\//, '')).replace(/^\\/, '');
  return `${isNegated ? '!' : ''}/${folder}/${isAnchored ? '' : '**/'}${pattern}`;
}

/** The expression of a line, which matches at the start of a path; null for a line without effect. */
function readRule(written: string): Rule | null {
  const isNegated = written.startsWith('!');
  const pattern = isNegated ? written.slice(1) : written;
  const foldersOnly = pattern.endsWith('/');
  const steps = pattern.split('/');
  if (steps[0] === '') steps.shift();
  else if (steps.length === 1 || (steps.length === 2 && steps[1] === '')) {
    if (steps[0] !== '**') steps.unshift('**');
  }
  if (steps.length === 0 || pattern === '/') return null;
  if (steps.at(-1) === '') steps[steps.length - 1] = '**';
  const parts = steps.filter((step, i) => step !== '**' || steps[i - 1] !== '**');
  const joined = parts.join('/');
  if (joined === '**/*/**' || (joined === '**' && foldersOnly)) return null;
  if (joined === '**' || joined === '**/*') return { expression: /^./s, isNegated, foldersOnly };
  const source = sourceOf(parts);
  // Null for a class such as `[z-a]`, which matches nothing.
  const expression = source === null || source.length > longest ? null : linearRegExp(source);
  return expression && { expression, isNegated, foldersOnly };
}

function sourceOf(parts: readonly string[]): string | null {
  let source = '^';
  let needsSlash = false;
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    if (part === '**') {
      source += i === 0 ? '(?:[^]+/)?' : isLast ? '/' : '(?:/[^]+)?';
      needsSlash = i > 0;
      continue;
    }
    const step = part === '*' ? '[^/]+' : stepSource(part);
    if (step === null) return null;
    source += `${needsSlash ? '/' : ''}${step}${isLast ? '(?:/|$)' : ''}`;
    needsSlash = true;
  }
  return source;
}

/** Null for a class without an end, and for a backslash at the end. */
function stepSource(step: string): string | null {
  let source = '';
  for (let i = 0; i < step.length; i++) {
    const c = step[i] ?? '';
    if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else if (c === '[') {
      const first = i + (/[!^]/.test(step[i + 1] ?? '') ? 2 : 1);
      const end = step.indexOf(']', first + 1);
      if (end < 0) return null;
      const members = step.slice(first, end).replace(/[\\\][]/g, '\\$&');
      source += `[${first > i + 1 ? '^' : ''}${members}]`;
      i = end;
    } else {
      if (c === '\\' && ++i === step.length) return null;
      source += (step[i] ?? '').replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    }
  }
  return source;
}

function parentOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at < 0 ? '' : path.slice(0, at);
}

/** `a` and `a/b` for `a/b/c`. */
function foldersOf(path: string): string[] {
  const steps = path.split('/').slice(0, -1);
  return steps.map((_, i) => steps.slice(0, i + 1).join('/'));
}

function remembered(ask: (key: string) => boolean): (key: string) => boolean {
  const known = new Map<string, boolean>();
  return (key) => {
    const found = known.get(key) ?? ask(key);
    known.set(key, found);
    return found;
  };
}
