import { posix } from 'node:path';
import { suggestion } from '../../base/didYouMean.ts';
import { entryOf, toValue, type Entry, type Located, type Range } from '../located.ts';
import { commandText } from './commandText.ts';
import { readPlots, type DvcPlot } from './dvcPlots.ts';
import { floatText, type ArgumentStyle } from './pythonText.ts';
import type { Stamped } from './stampOut.ts';
import { fill, fillStage, flatten, select, type Report } from './template.ts';
import { addVariables, defaultParams, type ParamFiles, type Variables } from './variables.ts';

/** What the stages of one dvc.yaml are read with. */
export interface StageReading {
  /** Folder of the dvc.yaml, relative to the project; empty for the project itself. */
  base: string;
  variables: Variables;
  style: ArgumentStyle;
  reader: ParamFiles;
  /** Params of the project by name: `a.b` for params.yaml, `file:a.b` for other files. */
  params: Map<string, unknown>;
  report: { error: Report; warning: Report; info: Report };
}

/** A stage of a dvc.yaml as a `cmd` stage, with what only DVC knows. */
export interface DvcStage {
  value: Located;
  /** Folder of its command and paths, relative to the project; empty for the project itself. */
  folder: string;
  frozen: boolean;
  always: boolean;
  /** Outputs that are not deleted before the stage runs (`persist`). */
  kept: string[];
  plots: DvcPlot[];
}

const keys = [
  'cmd',
  'wdir',
  'deps',
  'params',
  'outs',
  'metrics',
  'plots',
  'vars',
  'frozen',
  'meta',
  'desc',
  'always_changed',
] as const;
const templateKeys = ['foreach', 'do', 'matrix'];

/** Converts one stage. Problems are reported at their place. */
export function readStage(stamped: Stamped, reading: StageReading): DvcStage {
  const { report, style, reader } = reading;
  const raw = stamped.stage;
  const own = { values: stamped.context, files: reading.variables.files };
  const wdirNode = entryOf(raw, 'wdir')?.value;
  const wdir = wdirNode
    ? toValue(fill(wdirNode, { context: stamped.context, style, report: report.error, key: 'wdir' }))
    : null;
  const folder = joined(reading.base, wdir === null || wdir === '' ? '.' : String(wdir));
  const vars = entryOf(raw, 'vars')?.value;
  const context = addVariables(own, vars, { reader, folder, report: report.error }).values;
  const stage = fillStage(raw, { context, style, report: report.error });
  tellKeys(stage, report.warning);
  const entries: Entry[] = [];
  const add = (key: string, from: Entry | undefined, value: Located | null) => {
    if (from && value) entries.push({ key, keyRange: from.keyRange, value, merged: false });
  };
  const get = (key: (typeof keys)[number]) => entryOf(stage, key);
  const cmd = get('cmd');
  const hasCommand = cmd && toValue(cmd.value) !== null && commandText(toValue(cmd.value), '') !== '';
  if (!hasCommand) report.error(stamped.nameRange, `The stage \`${stamped.name}\` has no \`cmd\`.`);
  // A stage without a command has one here, so that it is reported once.
  entries.push({
    key: 'cmd',
    keyRange: cmd?.keyRange ?? stamped.nameRange,
    value: {
      kind: 'scalar',
      range: cmd?.value.range ?? stamped.nameRange,
      value: hasCommand ? commandText(toValue(cmd.value), folder) : 'false',
      quoted: true,
    },
    merged: false,
  });
  const description = get('desc')?.value;
  add(
    'description',
    get('desc'),
    description?.kind === 'scalar' ? { ...description, value: String(description.value) } : null,
  );
  const { names, wholeFiles } = paramsOf(get('params')?.value, folder, reading);
  const paths = (key: 'deps' | 'outs' | 'metrics' | 'plots') => pathsOf(get(key)?.value, folder, report);
  add('deps', get('deps') ?? get('params'), list(stage.range, [...paths('deps'), ...wholeFiles]));
  add('params', get('params'), list(stage.range, names));
  add('outs', get('outs'), list(stage.range, paths('outs')));
  add('metrics', get('metrics'), list(stage.range, paths('metrics')));
  add('plots', get('plots'), list(stage.range, paths('plots')));
  return {
    value: { kind: 'map', range: stage.range, entries },
    folder,
    frozen: toValue(get('frozen')?.value) === true,
    always: toValue(get('always_changed')?.value) === true,
    plots: readPlots(get('plots')?.value, stamped.name, (path) => joined(folder, path)),
    kept: (['outs', 'metrics', 'plots'] as const).flatMap((key) =>
      persisted(get(key)?.value).map((path) => joined(folder, path)),
    ),
  };
}

/** DVC 3 refuses a dvc.yaml with a key that it does not know. */
function tellKeys(stage: Located, warn: Report): void {
  if (stage.kind !== 'map') return;
  for (const { key, keyRange } of stage.entries) {
    if ((keys as readonly string[]).includes(key) || templateKeys.includes(key)) continue;
    warn(
      keyRange,
      key === 'live'
        ? 'DVC 3 does not know `live`, and it is ignored here. List its files under `metrics` and `plots`.'
        : `DVC does not know the key \`${key}\`, and it is ignored here.${suggestion(key, keys)}`,
    );
  }
}

function list(range: Range, items: Located[]): Located | null {
  return items.length === 0 ? null : { kind: 'seq', range, items };
}

/** Joins a path of DVC to its folder, without a slash at the end; empty for the project itself. */
export function joined(folder: string, path: string): string {
  const found = path.startsWith('/') ? posix.normalize(path) : posix.join(folder, path);
  return found === '.' || found === './' ? '' : found.replace(/(?<=.)\/$/, '');
}

/** Returns the paths of a list of strings and of mappings with options, relative to the folder of the project. */
function pathsOf(node: Located | undefined, folder: string, report: StageReading['report']): Located[] {
  return items(node).flatMap(({ node: at, path, options }): Located[] => {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
      report.warning(
        at.range,
        `\`${path}\` is a URL and is not tracked: the stage does not become stale when it changes.`,
      );
      return [];
    }
    if (toValue(entryOf(options ?? undefined, 'remote')?.value) !== undefined)
      report.info(at.range, 'The remote of this output is only used by DVC.');
    const value = joined(folder, path);
    return [{ kind: 'scalar', range: at.range, value: value === '' ? '.' : value, quoted: true }];
  });
}

interface Item {
  node: Located;
  path: string;
  options: Located | null;
}

/** The paths of a list, each with its options. */
function items(node: Located | undefined): Item[] {
  return (node?.kind === 'seq' ? node.items : []).flatMap((item): Item[] => {
    if (item.kind === 'map') return item.entries.map(({ key, value }) => ({ node: item, path: key, options: value }));
    return item.kind === 'scalar' ? [{ node: item, path: String(item.value), options: null }] : [];
  });
}

/** Returns the outputs with `persist`. */
function persisted(node: Located | undefined): string[] {
  return items(node)
    .filter(({ options }) => toValue(entryOf(options ?? undefined, 'persist')?.value) === true)
    .map(({ path }) => path);
}

/**
 * Returns the names of the params that a stage reads, and records their values. A file that is not there yet is a
 * dependency as a whole.
 */
function paramsOf(
  node: Located | undefined,
  folder: string,
  { reader, params, report }: StageReading,
): { names: Located[]; wholeFiles: Located[] } {
  const names = new Map<string, Located>();
  const wholeFiles: Located[] = [];
  const use = (file: string, asked: string[] | null, range: Range) => {
    const path = joined(folder, file);
    const found = reader.entries(path);
    const context = new Map((found ?? []).map(({ key, value }) => [key, value]));
    // A stage may write it; otherwise it is reported like any other missing file.
    if (!found) wholeFiles.push({ kind: 'scalar', range, value: path, quoted: true });
    for (const key of asked ?? context.keys()) {
      const value = select(key, context);
      if (!value && found) report.error(range, `There is no param \`${key}\` in \`${path}\`.`);
      for (const [name, leaf] of value ? flatten(toValue(value), paramName(path, key)) : []) {
        params.set(name, typeof leaf === 'number' && !Number.isFinite(leaf) ? floatText(leaf) : leaf);
        names.set(name, { kind: 'scalar', range, value: name, quoted: true });
      }
    }
  };
  for (const item of node?.kind === 'seq' ? node.items : []) {
    if (item.kind === 'scalar') use(defaultParams, [String(item.value)], item.range);
    if (item.kind === 'map')
      for (const { key: file, value } of item.entries)
        use(
          file,
          value.kind === 'seq' && value.items.length > 0 ? value.items.map((one) => String(toValue(one))) : null,
          value.kind === 'seq' ? value.range : item.range,
        );
  }
  return { names: [...names.values()], wholeFiles };
}

/** Returns the name in the project of a param of a file. */
export function paramName(path: string, key: string): string {
  return path === defaultParams ? key : `${path}:${key}`;
}
