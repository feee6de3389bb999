import { basename } from 'node:path';
import type { Problem } from '../../../protocol/problem.ts';
import { entryOf, type Entry, type Located, type Range } from '../located.ts';
import { lostEntries } from '../lostEntries.ts';
import { parseYaml, type Parsed } from '../parseYaml.ts';
import { PathIndex } from '../pathIndex.ts';
import type { ProjectFiles } from '../projectFiles.ts';
import { argumentStyle } from './argumentStyle.ts';
import { JoinedLines, shifted } from './joinedLines.ts';
import { asPython } from './pythonText.ts';
import type { DvcPlot } from './dvcPlots.ts';
import { dvcFileIn, readDvcFile, type DvcArtifact, type NamedStage, type TopLevel } from './readDvcFile.ts';
import { ParamFiles, readSource } from './variables.ts';
import { leadsOut } from '../../base/projectPath.ts';

export const dvcFileName = 'dvc.yaml';
export const dvcLockName = 'dvc.lock';

/** A dvc.yaml as a Loopwright project: the same stages, with their positions in the file. */
export interface DvcProject {
  /** The project, as a tree with the structure of a loopwright.yaml. Its texts hold no references. */
  parsed: Parsed;
  /** Stages that never run, and stages that always run. */
  frozen: Set<string>;
  always: Set<string>;
  /** Outputs that are not deleted before their stage runs (`persist`). */
  kept: Set<string>;
  /** Folder of each stage's paths, relative to the project; empty for the project itself. */
  folders: Map<string, string>;
  /** Where DVC records each stage: the folder of its dvc.lock, and its name there. */
  locks: Map<string, { folder: string; name: string }>;
  /** Files that DVC shows beside those of the stages: metrics and params of the whole dvc.yaml, and all plots. */
  metrics: string[];
  metricPlaces: Map<string, Range>;
  params: string[];
  plots: DvcPlot[];
  artifacts: DvcArtifact[];
}

type ParseFile = (path: string, content: string | Uint8Array) => Parsed;

/**
 * Reads a dvc.yaml with its params, and the stages of other dvc.yaml files that it needs. Never throws for invalid
 * content. Keys that Loopwright does not support are reported as a warning or information.
 */
export function readDvcProject(root: string, files: ProjectFiles, parse: ParseFile = parseYaml): DvcProject {
  const source = readSource(dvcFileName, files, parse) ?? parse(dvcFileName, '');
  const lines = new JoinedLines(source.text);
  const problems: Problem[] = [...source.problems];
  const dvc: DvcProject = {
    parsed: { ...source, lines, problems, verbatim: true },
    frozen: new Set(),
    always: new Set(),
    kept: new Set(),
    folders: new Map(),
    locks: new Map(),
    metrics: [],
    metricPlaces: new Map(),
    params: [],
    plots: [],
    artifacts: [],
  };
  if (!source.root && problems.length > 0) return dvc;
  const reader = new ParamFiles(files, parse);
  const params = new Map<string, unknown>();
  const style = argumentStyle(files);
  const read = (parsed: Parsed, base: string, offset: number) => {
    const lost = lostEntries(parsed.text, parsed.lost);
    const reporter = (severity: Problem['severity']) => (range: Range, message: string) => {
      const own = { start: range.start - offset, end: range.end - offset };
      if (!lost.explain('LW103', own))
        problems.push({ ...lines.place(dvcFileName, range), code: 'LW117', severity, message });
    };
    const report = { error: reporter('error'), warning: reporter('warning'), info: reporter('info') };
    const tree = parsed.root && asPython(parsed.root, parsed.text);
    const nothing: Located = { kind: 'scalar', range: { start: offset, end: offset }, value: null, quoted: false };
    return readDvcFile(tree ? shifted(tree, offset) : nothing, { base, reader, params, style, report });
  };
  const { stages: own, top } = read(source, '', 0);
  const stages = own.map((stage) => ({ ...stage, full: stage.name, base: '' }));
  addTop(dvc, top);
  const others = new Map<string, ReturnType<typeof read>>();
  const ofFolder = (base: string) => {
    let known = others.get(base);
    if (!known) {
      const parsed = readSource(dvcFileIn(base), files, parse);
      if (!parsed) return null;
      problems.push(...parsed.problems);
      known = read(parsed, base, lines.add(dvcFileIn(base), parsed.text, parsed.lines));
      others.set(base, known);
      addTop(dvc, known.top);
    }
    return known.stages;
  };
  stages.push(...neededStages(stages, files, ofFolder));
  for (const { full, name, base, folder, frozen, always, kept, plots } of stages) {
    dvc.plots.push(...plots.map((plot) => ({ ...plot, stage: full })));
    dvc.folders.set(full, folder);
    dvc.locks.set(full, { folder: base, name });
    if (frozen) dvc.frozen.add(full);
    if (always) dvc.always.add(full);
    for (const path of kept) dvc.kept.add(path);
  }
  const at = source.root?.range ?? { start: 0, end: 0 };
  if (stages.length > 0)
    problems.push({
      ...lines.place(dvcFileName, { start: at.start, end: at.start + 1 }),
      code: 'LW117',
      severity: 'info',
      message:
        'Loopwright runs this DVC project unchanged. Outputs are not added to the DVC cache; run `dvc commit` to add them.',
    });
  problems.push(...reader.unread);
  const entries = stages.map((stage): Entry => ({
    key: stage.full,
    keyRange: stage.nameRange,
    value: stage.value,
    merged: false,
  }));
  const written = entryOf(source.root ?? undefined, 'stages')?.value;
  dvc.parsed.root = projectTree(root, at, params, { kind: 'map', range: written?.range ?? at, entries });
  return dvc;
}

function addTop(dvc: DvcProject, top: TopLevel): void {
  for (const key of ['metrics', 'params'] as const) dvc[key].push(...top[key]);
  dvc.plots.push(...top.plots);
  for (const [path, range] of top.metricPlaces) dvc.metricPlaces.set(path, range);
  dvc.artifacts.push(...top.artifacts);
}

/** A stage with its name in the project and the folder of its dvc.yaml. */
interface ProjectStage extends NamedStage {
  full: string;
  base: string;
}

/**
 * Returns the stages of dvc.yaml files in folders that write what the stages read, as `dvc repro` runs them too. They
 * are named as DVC names them: `folder/dvc.yaml:stage`.
 */
function neededStages(
  stages: readonly ProjectStage[],
  files: ProjectFiles,
  ofFolder: (base: string) => readonly NamedStage[] | null,
): ProjectStage[] {
  const written = new PathIndex();
  for (const stage of stages) for (const path of pathsIn(stage, writes)) written.add(path, stage.full);
  const added: ProjectStage[] = [];
  const queue = stages.flatMap((stage) => pathsIn(stage, ['deps']));
  const seen = new Set<string>();
  for (let dep = queue.pop(); dep !== undefined; dep = queue.pop()) {
    if (seen.has(dep) || leadsOut(dep)) continue;
    seen.add(dep);
    if (written.overlapping(dep).size > 0) continue;
    for (const base of foldersOf(dep)) {
      if (!files.exists(dvcFileIn(base))) continue;
      const index = new PathIndex();
      const known = ofFolder(base) ?? [];
      for (const stage of known) for (const path of pathsIn(stage, writes)) index.add(path, stage.name);
      const owners = index.overlapping(dep);
      for (const stage of known) {
        const full = `${dvcFileIn(base)}:${stage.name}`;
        if (!owners.has(stage.name) || added.some((other) => other.full === full)) continue;
        added.push({ ...stage, full, base });
        for (const path of pathsIn(stage, writes)) written.add(path, full);
        queue.push(...pathsIn(stage, ['deps']));
      }
    }
  }
  return added;
}

const writes = ['outs', 'metrics', 'plots'] as const;

function pathsIn(stage: NamedStage, keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const found = entryOf(stage.value, key)?.value;
    return found?.kind === 'seq'
      ? found.items.flatMap((item) => (item.kind === 'scalar' ? String(item.value) : []))
      : [];
  });
}

/** Returns `a` and `a/b` for `a/b/c`, and the path itself, which may be a folder. */
function foldersOf(path: string): string[] {
  const steps = path.split('/');
  return steps.map((_, i) => steps.slice(0, i + 1).join('/'));
}

/** The tree of a loopwright.yaml with these stages. */
function projectTree(root: string, at: Range, params: ReadonlyMap<string, unknown>, stages: Located): Located {
  const map = (pairs: [string, Located][]): Located => ({
    kind: 'map',
    range: at,
    entries: pairs.map(([key, value]) => ({ key, keyRange: at, value, merged: false })),
  });
  return map([
    ['version', locate(1, at)],
    ['project', locate(nameOf(root), at)],
    ...(params.size > 0
      ? [['params', map([...params].map(([key, value]) => [key, locate(value, at)]))] as [string, Located]]
      : []),
    ['stages', stages],
  ]);
}

function nameOf(root: string): string {
  return (
    basename(root)
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replace(/^[^a-z]+/, '') || 'dvc'
  );
}

function locate(value: unknown, range: Range): Located {
  if (Array.isArray(value)) return { kind: 'seq', range, items: value.map((item) => locate(item, range)) };
  return { kind: 'scalar', range, value: value as string | number | boolean | null, quoted: typeof value === 'string' };
}
