import { posix } from 'node:path';
import { suggestion } from '../../base/didYouMean.ts';
import { entryOf, toValue, type Located, type Range } from '../located.ts';
import { readPlots, type DvcPlot } from './dvcPlots.ts';
import { readStage, joined, type DvcStage, type StageReading } from './dvcStage.ts';
import { stampOut } from './stampOut.ts';
import { fill, type Filling } from './template.ts';
import { addVariables, defaultParams, noVariables } from './variables.ts';

/** A stage by its name in its dvc.yaml. */
export interface NamedStage extends DvcStage {
  name: string;
  nameRange: Range;
}

/** What a dvc.yaml lists beside its stages, as paths relative to the project. */
export interface TopLevel {
  metrics: string[];
  /** Where each of the `metrics` stands. */
  metricPlaces: Map<string, Range>;
  params: string[];
  plots: DvcPlot[];
  artifacts: DvcArtifact[];
}

/** An entry of `artifacts`: a model or data set with a name. */
export interface DvcArtifact {
  name: string;
  path: string;
  type: string | null;
}

const topKeys = ['stages', 'vars', 'metrics', 'plots', 'params', 'artifacts', 'datasets'];

/** Reads the tree of one dvc.yaml. Problems are reported at their place. */
export function readDvcFile(
  root: Located,
  reading: Omit<StageReading, 'variables'>,
): { stages: NamedStage[]; top: TopLevel } {
  const { report, base, reader, style } = reading;
  const top: TopLevel = { metrics: [], metricPlaces: new Map(), params: [], plots: [], artifacts: [] };
  if (root.kind !== 'map') {
    if (root.kind === 'seq' || root.value !== null)
      report.error(root.range, 'A dvc.yaml is a mapping with `stages`, and not a list or a text.');
    return { stages: [], top };
  }
  for (const { key, keyRange } of root.entries)
    if (!topKeys.includes(key))
      report.warning(
        keyRange,
        `DVC does not know the key \`${key}\`, and it is ignored here.${suggestion(key, topKeys)}`,
      );
  const variables = addVariables(noVariables, entryOf(root, 'vars')?.value, {
    reader,
    folder: base,
    report: report.error,
    first: defaultParams,
  });
  const filling = { context: variables.values, style, report: report.error };
  const written = entryOf(root, 'stages')?.value;
  if (written && written.kind !== 'map' && toValue(written) !== null)
    report.error(written.range, '`stages` must be a mapping from names to stages.');
  const stages = (written?.kind === 'map' ? written.entries : []).flatMap((entry) => {
    if (entry.value.kind !== 'map') {
      report.error(entry.keyRange, `The stage \`${entry.key}\` has no \`cmd\`.`);
      return [];
    }
    return stampOut(entry, filling).map((stamped): NamedStage => ({
      ...readStage(stamped, { ...reading, variables }),
      name: stamped.name,
      nameRange: stamped.nameRange,
    }));
  });
  readTop(root, base, { ...filling, key: null }, top);
  const datasets = entryOf(root, 'datasets');
  if (datasets)
    report.warning(datasets.keyRange, 'DVC datasets are not tracked: a stage does not become stale when one changes.');
  return { stages, top };
}

function readTop(root: Located, base: string, filling: Filling, top: TopLevel): void {
  const items = (key: 'metrics' | 'params') => {
    const node = entryOf(root, key)?.value;
    const filled = node && fill(node, filling);
    return filled?.kind === 'seq' ? filled.items : [];
  };
  for (const key of ['metrics', 'params'] as const)
    for (const item of items(key)) {
      if (item.kind !== 'scalar') continue;
      const path = joined(base, String(item.value));
      top[key].push(path);
      if (key === 'metrics') top.metricPlaces.set(path, item.range);
    }
  const plots = entryOf(root, 'plots')?.value;
  top.plots.push(...readPlots(plots && fill(plots, filling), null, (path) => joined(base, path)));
  const artifacts = entryOf(root, 'artifacts')?.value;
  for (const { key, value } of artifacts?.kind === 'map' ? artifacts.entries : []) {
    const entry = fill(value, filling);
    const path = toValue(entryOf(entry, 'path')?.value);
    const type = toValue(entryOf(entry, 'type')?.value);
    if (typeof path !== 'string') continue;
    // An artifact of a dvc.yaml in a folder is known by the folder and its name.
    const name = base === '' ? key : `${base}:${key}`;
    top.artifacts.push({ name, path: joined(base, path), type: typeof type === 'string' ? type : null });
  }
}

/** `a/dvc.yaml` for the folder `a`. */
export function dvcFileIn(folder: string): string {
  return posix.join(folder, 'dvc.yaml');
}
