import type { Problem } from '../../protocol/problem.ts';
import { interpolate, paramsOf } from './interpolate.ts';
import { entryOf, toValue, type Entry, type Located } from './located.ts';
import { lostEntries } from './lostEntries.ts';
import type { Parsed } from './parseYaml.ts';
import { nameStagesOfModels } from './models.ts';
import { reportOutsideGlobs, type ProjectPlace } from './outsideGlobs.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import { shapes } from './shape.ts';
import { shapeProblem, validateShape, type Report } from './validateShape.ts';

export interface Overrides {
  /** Params from the command line or a sweep, which override those of the experiment. */
  params?: Record<string, unknown>;
  /** Parsed experiment file. */
  experiment?: Located | null;
}

export interface Resolved {
  /** Null when there are shape errors. */
  config: ProjectConfig | null;
  /** Tree after overlay and interpolation, with the ranges of loopwright.yaml. */
  root: Located | null;
  problems: Problem[];
}

/**
 * Applies an experiment and overrides to the project, interpolates, and checks the shape. Without a place, its text is
 * in no folder yet.
 */
export function resolveConfig(
  parsed: Parsed,
  env: Record<string, string | undefined>,
  overrides: Overrides = {},
  place: ProjectPlace | null = null,
): Resolved {
  const problems: Problem[] = [];
  const lost = lostEntries(parsed.text, parsed.lost);
  const references = new Set<number>();
  const report = (...[code, range, message, more]: Parameters<Report>) => {
    if (more?.severity !== 'warning') references.add(range.start);
    if (lost.explain(code, range)) return;
    problems.push(shapeProblem(parsed.file, parsed.lines, code, range, message, more));
  };
  if (!parsed.root) {
    if (parsed.problems.length === 0)
      report(
        'LW103',
        { start: 0, end: 0 },
        'The file is empty. A project needs `version: 1`, `project` and `stages`; `loopwright init` writes a first one.',
      );
    return { config: null, root: null, problems };
  }
  const overlaid = overlay(parsed.root, overrides);
  const params = paramsOf(overlaid);
  const datasets = new Map<string, string>();
  const declared = entryOf(overlaid, 'datasets')?.value;
  if (declared?.kind === 'map') {
    for (const { key, value } of declared.entries) {
      const path = entryOf(value, 'path')?.value;
      if (path?.kind === 'scalar') datasets.set(key, String(path.value));
    }
  }
  const root = parsed.verbatim
    ? overlaid
    : interpolate(overlaid, { params, datasets, env }, (code, range, message, about) => {
        references.add(range.start);
        // An unreadable entry still declares its name.
        if (about?.name !== undefined && lost.names.has(about.name)) return;
        report(code, range, message, { variable: about?.variable });
      });
  // An unresolved reference is one error. That its text is not a number is not reported as well.
  const told = new Set(references);
  const reportOnce: Report = (code, range, message, more) => {
    if (!told.has(range.start)) report(code, range, message, more);
  };
  validateShape(root, shapes.project, reportOnce, 'The project');
  // DVC has globs nowhere, and no place for the word.
  if (!parsed.verbatim) reportOutsideGlobs(root, shapes.project, { place, written: parsed }, reportOnce);
  // A variable that is not set only stops the stages that need it.
  const usable =
    !problems.some(({ severity, code }) => severity === 'error' && code !== 'LW208') &&
    !parsed.problems.some((problem) => problem.severity === 'error');
  return { config: usable ? nameStagesOfModels(toValue(root) as ProjectConfig) : null, root, problems };
}

function overlay(root: Located, overrides: Overrides): Located {
  let result = root;
  const params = {
    ...(toValue(entryOf(overrides.experiment ?? undefined, 'params')?.value) as Record<string, unknown> | undefined),
    ...overrides.params,
  };
  if (Object.keys(params).length > 0) result = put(result, ['params'], params);
  const stages = entryOf(overrides.experiment ?? undefined, 'stages')?.value;
  if (stages?.kind === 'map') {
    for (const { key, value } of stages.entries) {
      const inputs = toValue(entryOf(value, 'with')?.value);
      if (inputs && typeof inputs === 'object')
        result = put(result, ['stages', key, 'with'], inputs as Record<string, unknown>);
    }
  }
  return result;
}

/** Returns a copy of the tree with the values set in the mapping at a path. New values replace old ones. */
function put(node: Located, path: string[], values: Record<string, unknown>): Located {
  if (node.kind !== 'map') return node;
  const [head, ...rest] = path;
  if (head !== undefined) {
    const known = node.entries.some((entry) => entry.key === head);
    const entries: Entry[] =
      known || rest.length > 0 || head !== 'params'
        ? node.entries
        : [
            ...node.entries,
            { key: head, keyRange: node.range, value: { kind: 'map', range: node.range, entries: [] }, merged: false },
          ];
    return {
      ...node,
      entries: entries.map((entry) =>
        entry.key === head ? { ...entry, value: put(entry.value, rest, values) } : entry,
      ),
    };
  }
  const kept = node.entries.map((entry) =>
    Object.hasOwn(values, entry.key) ? { ...entry, value: locate(values[entry.key], entry.value) } : entry,
  );
  const added = Object.keys(values).filter((key) => !node.entries.some((entry) => entry.key === key));
  return {
    ...node,
    entries: [
      ...kept,
      ...added.map((key): Entry => ({ key, keyRange: node.range, value: locate(values[key], node), merged: false })),
    ],
  };
}

function locate(value: unknown, at: Located): Located {
  const range = at.range;
  if (Array.isArray(value)) return { kind: 'seq', range, items: value.map((item) => locate(item, at)) };
  if (value !== null && typeof value === 'object')
    return {
      kind: 'map',
      range,
      entries: Object.entries(value).map(([key, item]) => ({
        key,
        keyRange: range,
        value: locate(item, at),
        merged: false,
      })),
    };
  return { kind: 'scalar', range, value: value as string | number | boolean | null, quoted: typeof value === 'string' };
}
