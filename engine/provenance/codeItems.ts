import type { BlameItem } from '../../protocol/blame.ts';
import { differences } from '../fingerprint/compare.ts';
import { lockFileName, type LockEntry } from '../fingerprint/lockFile.ts';
import type { CodeChange, CodeTrees } from './codeTrees.ts';
import type { KeptRun } from './keptRun.ts';

const programs =
  /\.(py|pyi|pyx|ipynb|r|rmd|jl|scala|java|kt|go|rs|c|cc|cpp|cu|h|hpp|js|mjs|cjs|ts|mts|cts|sh|bash|sql|lua|rb)$/i;
const prose =
  /(^|\/)(docs?|tests?|__tests__|\.github|\.vscode)\/|(^|\/)(test_[^/]*|[^/]*[._]test\.[^/]*|readme[^/]*|changelog[^/]*|licen[cs]e[^/]*|\.gitignore|\.gitattributes)$|\.(md|rst|txt|adoc)$/i;

const isProjectFile = /^loopwright\.ya?ml$/;

/** The files of the code that differ, the inputs of stages, and the Python modules that the code imports. */
export async function codeItems(
  trees: CodeTrees,
  a: KeptRun,
  b: KeptRun,
): Promise<{ items: BlameItem[]; imported: Set<string> }> {
  const changes = (await trees.changes(a, b)).filter(
    ({ path }) => path !== lockFileName && !path.startsWith('.loopwright/'),
  );
  const told = toldOtherwise(a, b);
  const items = changes.map((change): BlameItem => {
    const [weight, why] = judge(change, a, b, told);
    return {
      kind: 'code',
      name: change.path,
      before: change.status === 'added' ? null : (a.row.commit_hash?.slice(0, 7) ?? null),
      after: change.status === 'removed' ? null : (b.row.commit_hash?.slice(0, 7) ?? null),
      why,
      weight,
      path: change.path,
    };
  });
  const projectFile = changes.find(({ path }) => isProjectFile.test(path))?.path ?? null;
  for (const [stage, what] of told)
    items.push({
      kind: 'stage',
      name: stage,
      before: null,
      after: null,
      why: what.join('; '),
      weight: 75,
      path: projectFile,
    });
  return { items, imported: await importedModules(trees, b) };
}

function judge(
  change: CodeChange,
  a: KeptRun,
  b: KeptRun,
  told: ReadonlyMap<string, string[]>,
): [weight: number, why: string] {
  const { path, status, lines } = change;
  const size = lines ? ` (+${lines.added} −${lines.removed} lines)` : '';
  const readers = [...new Set([...readersOf(a, path), ...readersOf(b, path)])];
  if (readers.length > 0) return [80, `${status}${size}; read by ${readers.join(', ')}`];
  if (isProjectFile.test(path) || /^experiments\/.*\.experiment\.ya?ml$/.test(path))
    return told.size > 0
      ? [40, `${status}${size}; stages were told otherwise`]
      : [10, `${status}${size}; beside params, stages were told the same`];
  if (prose.test(path)) return [5, `${status}${size}; documentation, tests or settings of tools`];
  if (path.startsWith('../')) return [20, `${status}${size}; outside the project's folder`];
  return programs.test(path) ? [45, `${status}${size}; code that a stage may use`] : [30, `${status}${size}`];
}

/** The stages that read a file, or name it in their command line. */
function readersOf({ made }: KeptRun, path: string): string[] {
  const named = (spec: Record<string, unknown>) =>
    typeof spec['cmd'] === 'string' &&
    spec['cmd'].split(/[\s"'=:;&|()]+/).some((word) => word.replace(/^\.\//, '') === path);
  return Object.entries(made)
    .filter(([, entry]) => Object.hasOwn(entry.deps, path) || named(entry.spec))
    .map(([stage]) => stage);
}

/** Stages whose interpolated inputs differ beyond their params and files. */
function toldOtherwise(a: KeptRun, b: KeptRun): Map<string, string[]> {
  const told = new Map<string, string[]>();
  for (const stage of new Set([...Object.keys(a.made), ...Object.keys(b.made)])) {
    const [before, after] = [a.made[stage], b.made[stage]];
    if (!before || !after) {
      if (Object.keys(a.made).length > 0 && Object.keys(b.made).length > 0)
        told.set(stage, [`only ${before ? a.row.name : b.row.name} has this stage`]);
      continue;
    }
    const found = differences(
      { ...specOf(before, after), params: before.params, deps: {}, outs: {}, run: '' },
      { ...specOf(after, before), params: after.params, deps: {} },
    );
    // Params are reported separately.
    const own = found.filter((text) => !text.startsWith('params.'));
    if (own.length > 0) told.set(stage, own);
  }
  return told;
}

/**
 * The inputs of a stage without those that are reported separately: the seed, the period, and a command line that only
 * repeats changed params.
 */
function specOf(entry: LockEntry, other: LockEntry): { spec: Record<string, unknown> } {
  const { seed: _seed, as_of: _asOf, window_ms: _window, ...spec } = entry.spec;
  return sameCommand(entry, other) ? { spec: { ...spec, cmd: '' } } : { spec };
}

/** True when two command lines are equal word by word except for values of changed params. */
function sameCommand(a: LockEntry, b: LockEntry): boolean {
  const words = ({ spec }: LockEntry) => (typeof spec['cmd'] === 'string' ? spec['cmd'].split(/(\s+|[=,:;"'])/) : []);
  const [before, after] = [words(a), words(b)];
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const pairs = new Set(
    Object.keys({ ...a.params, ...b.params }).map((name) => `${text(a.params[name])}\0${text(b.params[name])}`),
  );
  return (
    before.length > 0 &&
    before.length === after.length &&
    before.every((word, i) => word === after[i] || pairs.has(`${word}\0${after[i]}`))
  );
}

async function importedModules(trees: CodeTrees, run: KeptRun): Promise<Set<string>> {
  const lines = await trees.lines(run, '^[[:space:]]*(import|from)[[:space:]]+[A-Za-z_]', '.py');
  const modules = new Set<string>();
  for (const line of lines) {
    const from = /^\s*from\s+([A-Za-z_]\w*)/.exec(line)?.[1];
    if (from) modules.add(from.toLowerCase());
    else
      for (const part of (/^\s*import\s+(.*)$/.exec(line)?.[1] ?? '').split(','))
        modules.add((/^\s*([A-Za-z_]\w*)/.exec(part)?.[1] ?? '').toLowerCase());
  }
  return modules;
}
