import { basename, posix } from 'node:path';
import type { Problem } from '../../../protocol/problem.ts';
import { entryOf, toValue, type Entry, type Located, type Range } from '../located.ts';
import { parseYaml, type Parsed } from '../parseYaml.ts';
import type { ProjectFiles } from '../projectFiles.ts';
import { whyUnread } from '../../base/readRegularFile.ts';
import { contextOf, fill, flatten, select, stampOut, type Context, type Report } from './template.ts';

export const dvcFileName = 'dvc.yaml';
export const dvcLockName = 'dvc.lock';
const defaultParams = 'params.yaml';

/** A dvc.yaml as a Loopwright project: the same stages, with their positions in the file. */
export interface DvcProject {
  /** The project, as a tree with the structure of a loopwright.yaml. */
  parsed: Parsed;
  /** Stages that never run, and stages that always run. */
  frozen: Set<string>;
  always: Set<string>;
  /** Outputs that are not deleted before their stage runs (`persist`). */
  kept: Set<string>;
  /** Folder of each stage's paths, relative to the project; empty for the project itself. */
  folders: Map<string, string>;
}

/**
 * Reads a dvc.yaml with its params. Never throws for invalid content. Keys that Loopwright does not support are
 * reported as a warning or information.
 */
export function readDvcProject(
  root: string,
  files: ProjectFiles,
  parse: (path: string, content: string | Uint8Array) => Parsed = parseYaml,
): DvcProject {
  const source = readSource(dvcFileName, files, parse) ?? parse(dvcFileName, '');
  const problems: Problem[] = [...source.problems];
  const reporter = (severity: Problem['severity']) => (range: Range, message: string) =>
    void problems.push({ ...source.lines.place(dvcFileName, range), code: 'LW117', severity, message });
  const report = { error: reporter('error'), warning: reporter('warning'), info: reporter('info') };
  const dvc: DvcProject = {
    parsed: { ...source, problems },
    frozen: new Set(),
    always: new Set(),
    kept: new Set(),
    folders: new Map(),
  };
  if (!source.root || problems.length > 0) return dvc;
  const reader = new ParamFiles(files, parse);
  const context = contextFor(
    entryOf(source.root, 'vars')?.value,
    reader,
    '',
    new Map(contextOf(reader.file(defaultParams))),
    report.error,
  );
  const made: Made = { dvc, reader, params: new Map(), text: source.text, report };
  const stages: Entry[] = [];
  const written = entryOf(source.root, 'stages')?.value;
  for (const entry of written?.kind === 'map' ? written.entries : []) {
    for (const stamped of stampOut(entry, context, source.text, report.error)) {
      stages.push({
        key: stamped.name,
        keyRange: stamped.nameRange,
        value: stageOf(stamped.name, stamped.stage, stamped.context, made),
        merged: false,
      });
    }
  }
  if (stages.length > 0)
    report.info(
      { start: source.root.range.start, end: source.root.range.start + 1 },
      'Loopwright runs this DVC project unchanged. Outputs are not added to the DVC cache; run `dvc commit` to add them.',
    );
  for (const [key, why] of [
    ['artifacts', 'Artifacts are not registered.'],
    ['datasets', 'DVC datasets are not tracked: a stage does not become stale when one changes.'],
  ] as const) {
    const found = entryOf(source.root, key);
    if (found) report.warning(found.keyRange, why);
  }
  problems.push(...reader.unread);
  const at = source.root.range;
  const scalar = (value: string | number | boolean | null, range = at): Located => ({
    kind: 'scalar',
    range,
    value,
    quoted: typeof value === 'string',
  });
  const map = (pairs: [string, Located][]): Located => ({
    kind: 'map',
    range: at,
    entries: pairs.map(([key, value]) => ({ key, keyRange: at, value, merged: false })),
  });
  const params = [...made.params].map(([key, value]): [string, Located] => [key, locate(value, at)]);
  dvc.parsed.root = map([
    ['version', scalar(1)],
    ['project', scalar(nameOf(root))],
    ...(params.length > 0 ? [['params', map(params)] as [string, Located]] : []),
    ['stages', { kind: 'map', range: written?.range ?? at, entries: stages }],
  ]);
  return dvc;
}

interface Made {
  dvc: DvcProject;
  reader: ParamFiles;
  /** Params of the project by name: `a.b` for params.yaml, `file:a.b` for other files. */
  params: Map<string, unknown>;
  text: string;
  report: { error: Report; warning: Report; info: Report };
}

function nameOf(root: string): string {
  return (
    basename(root)
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replace(/^[^a-z]+/, '') || 'dvc'
  );
}

/** Parses a file. Returns null when it does not exist. For an unreadable file, the result only contains the error. */
function readSource(
  path: string,
  files: ProjectFiles,
  parse: (path: string, content: string | Uint8Array) => Parsed,
): Parsed | null {
  try {
    const content = files.read(path);
    return content === null ? null : parse(path, content);
  } catch (error) {
    const empty = parseYaml(path, '');
    return {
      ...empty,
      problems: [
        {
          file: path,
          line: 1,
          column: 1,
          endLine: 1,
          endColumn: 1,
          code: 'LW204',
          severity: 'error',
          message: `${whyUnread(path, error)}.`,
        },
      ],
    };
  }
}

/** Params files, each read once. */
class ParamFiles {
  readonly #files: ProjectFiles;
  readonly #parse: (path: string, content: string | Uint8Array) => Parsed;
  readonly #known = new Map<string, Parsed | null>();
  /** Errors of files that exist but cannot be read. */
  readonly unread: Problem[] = [];

  constructor(files: ProjectFiles, parse: (path: string, content: string | Uint8Array) => Parsed) {
    this.#files = files;
    this.#parse = parse;
  }

  /** Returns the content of a YAML or JSON file; null when it does not exist. */
  file(path: string): Parsed | null {
    let known = this.#known.get(path);
    if (known === undefined) {
      this.#known.set(path, (known = readSource(path, this.#files, this.#parse)));
      if (known?.problems.some(({ code }) => code === 'LW204')) this.unread.push(...known.problems);
    }
    return known;
  }
}

/** Returns the variables of `vars`: files, parts of files as `file:a,b`, and inline mappings. */
function contextFor(
  vars: Located | undefined,
  reader: ParamFiles,
  folder: string,
  before: Context,
  report: Report,
): Context {
  const context = new Map(before);
  for (const item of vars?.kind === 'seq' ? vars.items : []) {
    if (item.kind === 'map') for (const { key, value } of item.entries) context.set(key, value);
    if (item.kind !== 'scalar') continue;
    const [file = '', keys = ''] = String(item.value).split(':');
    const found = reader.file(posix.join(folder, file));
    if (!found) report(item.range, `There is no file \`${file}\` with variables.`);
    for (const [key, value] of contextOf(found, keys === '' ? [] : keys.split(',').map((key) => key.trim())))
      context.set(key, value);
  }
  return context;
}

/** Converts one stage to a `cmd` stage. */
function stageOf(name: string, raw: Located, outer: Context, made: Made): Located {
  const { report, text, dvc } = made;
  const wdirNode = entryOf(raw, 'wdir')?.value;
  const wdir = wdirNode ? toValue(fill(wdirNode, outer, text, report.error)) : '';
  const folder = posix.normalize(typeof wdir === 'string' && wdir !== '' ? wdir : '.');
  const inside = folder === '.' ? '' : folder;
  dvc.folders.set(name, inside);
  const context = contextFor(entryOf(raw, 'vars')?.value, made.reader, inside, outer, report.error);
  const stage = fill(raw, context, text, report.error);
  const entries: Entry[] = [];
  const add = (key: string, from: Entry | undefined, value: Located | null) => {
    if (from && value) entries.push({ key, keyRange: from.keyRange, value, merged: false });
  };
  const get = (key: string) => entryOf(stage, key);
  const cmd = get('cmd');
  if (!cmd) report.error(stage.range, `The stage \`${name}\` has no \`cmd\`.`);
  add('cmd', cmd, cmd ? commandOf(cmd.value, inside) : null);
  const description = get('desc')?.value;
  add(
    'description',
    get('desc'),
    description?.kind === 'scalar' ? { ...description, value: String(description.value) } : null,
  );
  const { names, wholeFiles } = paramsOf(get('params')?.value, inside, made);
  const deps = paths(get('deps')?.value, inside, report);
  add('deps', get('deps') ?? get('params'), list(stage.range, [...deps, ...wholeFiles]));
  add('params', get('params'), list(stage.range, names));
  const metrics = paths(get('metrics')?.value, inside, report);
  const readable = metrics.filter((node) => /\.json$/i.test(String(toValue(node))));
  for (const other of metrics.filter((node) => !readable.includes(node)))
    report.info(
      other.range,
      `\`${String(toValue(other))}\` is stored as an output. Only metrics in JSON are read into the run.`,
    );
  add(
    'outs',
    get('outs') ?? get('metrics'),
    list(stage.range, [
      ...paths(get('outs')?.value, inside, report),
      ...metrics.filter((node) => !readable.includes(node)),
    ]),
  );
  add('metrics', get('metrics'), list(stage.range, readable));
  add('plots', get('plots'), list(stage.range, paths(get('plots')?.value, inside, report)));
  for (const key of ['outs', 'metrics', 'plots'])
    for (const path of persisted(get(key)?.value)) dvc.kept.add(posix.join(inside, path).replace(/\/$/, ''));
  if (toValue(get('frozen')?.value) === true) dvc.frozen.add(name);
  if (toValue(get('always_changed')?.value) === true) dvc.always.add(name);
  const live = get('live');
  if (live) report.warning(live.keyRange, '`live` is not supported. List its files under `metrics` and `plots`.');
  return { kind: 'map', range: stage.range, entries };
}

function list(range: Range, items: Located[]): Located | null {
  return items.length === 0 ? null : { kind: 'seq', range, items };
}

/** Returns the command of a stage, in the folder of the stage. The commands of a list run in order until one fails. */
export function commandText(cmd: unknown, folder: string): string {
  const lines = (Array.isArray(cmd) ? cmd : [cmd]).map((line) => String(line).trim());
  const all = lines.length === 1 ? (lines[0] ?? '') : lines.map((line) => `( ${line}\n)`).join(' && ');
  // Loopwright's references use the same syntax. References that DVC leaves to the shell must not be read as such.
  const plain = all.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, '$$$1');
  return folder === ''
    ? plain
    : `cd ${/^[\w./-]+$/.test(folder) ? folder : `"${folder.replaceAll(/["$`\\]/g, '\\$&')}"`} && ${lines.length === 1 ? plain : `{ ${plain}\n}`}`;
}

function commandOf(node: Located, folder: string): Located {
  return { kind: 'scalar', range: node.range, value: commandText(toValue(node), folder), quoted: true };
}

/** Returns the paths of a list of strings and of mappings with options, relative to the folder of the project. */
function paths(node: Located | undefined, folder: string, report: Made['report']): Located[] {
  const items: { node: Located; path: string; options: Located | null }[] = [];
  for (const item of node?.kind === 'seq' ? node.items : []) {
    if (item.kind === 'scalar') items.push({ node: item, path: String(item.value), options: null });
    if (item.kind === 'map')
      for (const { key, value } of item.entries) items.push({ node: item, path: key, options: value });
  }
  return items.flatMap(({ node: at, path, options }): Located[] => {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
      report.warning(
        at.range,
        `\`${path}\` is a URL and is not tracked: the stage does not become stale when it changes.`,
      );
      return [];
    }
    if (toValue(entryOf(options ?? undefined, 'remote')?.value) !== undefined)
      report.info(at.range, 'The remote of this output is only used by DVC.');
    return [{ kind: 'scalar', range: at.range, value: posix.join(folder, path).replace(/\/$/, ''), quoted: true }];
  });
}

/** Returns the outputs with `persist`. */
function persisted(node: Located | undefined): string[] {
  const items = node?.kind === 'seq' ? node.items : [];
  return items.flatMap((item) =>
    item.kind === 'map'
      ? item.entries.filter(({ value }) => toValue(entryOf(value, 'persist')?.value) === true).map(({ key }) => key)
      : [],
  );
}

/**
 * Returns the names of the params that a stage reads, and records their values. Files other than YAML and JSON are
 * dependencies as a whole.
 */
function paramsOf(node: Located | undefined, folder: string, made: Made): { names: Located[]; wholeFiles: Located[] } {
  const names: Located[] = [];
  const wholeFiles: Located[] = [];
  const use = (file: string, keys: string[] | null, range: Range) => {
    const path = posix.join(folder, file);
    if (!/\.(ya?ml|json)$/i.test(path)) {
      made.report.info(range, `\`${path}\` is tracked as a whole. Single params are only tracked in YAML and JSON.`);
      wholeFiles.push({ kind: 'scalar', range, value: path, quoted: true });
      return;
    }
    const context = new Map(contextOf(made.reader.file(path)));
    for (const key of keys ?? context.keys()) {
      const found = select(key, context);
      if (!found) made.report.error(range, `There is no param \`${key}\` in \`${path}\`.`);
      for (const [name, value] of found ? flatten(toValue(found), paramName(path, key)) : []) {
        made.params.set(name, value);
        names.push({ kind: 'scalar', range, value: name, quoted: true });
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
  return { names, wholeFiles };
}

/** Returns the name in the project of a param of a file. */
export function paramName(path: string, key: string): string {
  return path === defaultParams ? key : `${path}:${key}`;
}

function locate(value: unknown, range: Range): Located {
  if (Array.isArray(value)) return { kind: 'seq', range, items: value.map((item) => locate(item, range)) };
  return { kind: 'scalar', range, value: value as string | number | boolean | null, quoted: typeof value === 'string' };
}
