import type { ProjectOverview } from '../../protocol/lifeCycle.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import type {
  FolderLook,
  FoundDatabase,
  FoundImport,
  FoundScript,
  FoundTable,
  Proposal,
  ReadAs,
  StartChoice,
  StartTask,
  TableLook,
  TargetChoice,
} from '../../protocol/start.ts';
import type { ViewAction } from '../../protocol/webview.ts';
import type { Connection } from '../ui/frame/connection.ts';
import type { Loadable } from '../ui/frame/loadable.ts';

/** Starting points of a project. */
export type Source =
  | { kind: 'table' | 'database' | 'script' | 'import'; path: string }
  | { kind: 'dvc'; path: 'dvc.yaml' }
  /** All logs of the folder. */
  | { kind: 'logs'; path: 'logs' };

/** Persisted over a reload. */
export interface PersistedState {
  source: Source | null;
  target: string | null;
  task: StartTask | null;
  readAs: Partial<ReadAs>;
  use: string[];
  /** The table of a database; null for the likeliest. */
  table: string | null;
  /** A database is collected without a model. */
  collectOnly: boolean;
  /** Paths of logs that are left out. */
  withoutLogs: string[];
  /** True when the files were written: the view shows the run. */
  written: Written | null;
}

export interface Written {
  kind: Source['kind'];
  files: string[];
  /** True when the first run was requested. */
  run: boolean;
}

/** The progress of the first run. */
export interface Progress {
  overview: ProjectOverview;
  run: RunSummary | null;
}

export interface Model {
  root: string;
  persisted: PersistedState;
  folder: Loadable<FolderLook>;
  table: Loadable<TableLook>;
  proposal: Loadable<Proposal>;
  progress: Loadable<Progress>;
  filter: string;
  /** True when all tables are listed. */
  all: boolean;
  changing: boolean;
  writing: boolean;
  error: string | null;
}

export interface Actions {
  choose(source: Source): void;
  filter(text: string): void;
  showAll(): void;
  target(name: string): void;
  task(task: StartTask): void;
  change(): void;
  readAs(part: Partial<ReadAs>): void;
  /** Includes a column that is left out by default, or excludes it again. */
  use(column: string): void;
  table(name: string): void;
  /** Collects the tables of a database without a model, or predicts a column again. */
  collectOnly(on: boolean): void;
  /** Leaves a log out, or takes it in again. */
  log(path: string): void;
  create(next: 'run' | 'open'): void;
  again(): void;
  act(action: ViewAction): void;
}

export type StartConnection = Connection<'start', PersistedState>;

export const nothingChosen: PersistedState = {
  source: null,
  target: null,
  task: null,
  readAs: {},
  use: [],
  table: null,
  collectOnly: false,
  withoutLogs: [],
  written: null,
};

/** The most likely starting point. */
export function likeliest(look: FolderLook): Source | null {
  if (look.dvc) return { kind: 'dvc', path: 'dvc.yaml' };
  const [script, table, runs] = [look.scripts[0], look.tables[0], look.imports[0]];
  const database = look.databases.find(({ problem }) => problem === null);
  if (script) return { kind: 'script', path: script.path };
  if (table) return { kind: 'table', path: table.path };
  if (database) return { kind: 'database', path: database.path };
  if (runs) return { kind: 'import', path: runs.path };
  if (look.logs.length > 0) return { kind: 'logs', path: 'logs' };
  return look.databases[0] ? { kind: 'database', path: look.databases[0].path } : null;
}

/** The source for a file that was selected by hand. */
export function sourceOf(path: string, { databases, logs, tables }: FolderLook): Source {
  if (databases.some((one) => one.path === path)) return { kind: 'database', path };
  const isLog = logs[0] !== undefined && path.startsWith(logs[0].path) && !tables.some((one) => one.path === path);
  return isLog ? { kind: 'logs', path: 'logs' } : { kind: 'table', path };
}

/** The database that was chosen. */
export function databaseOf({ persisted: { source }, folder }: Model): FoundDatabase | null {
  if (source?.kind !== 'database') return null;
  return folder.value?.databases.find(({ path }) => path === source.path) ?? null;
}

/** The chosen table of the database, or the likeliest; null when none has a row. */
export function tableOf(model: Model): string | null {
  const tables = databaseOf(model)?.tables.filter(({ rows }) => rows !== 0) ?? [];
  return (tables.find(({ name }) => name === model.persisted.table) ?? tables[0])?.name ?? null;
}

/** Paths of the logs that are collected. */
export function logsOf({ folder, persisted: { withoutLogs } }: Model): string[] {
  return (folder.value?.logs ?? [])
    .filter(({ format, path }) => format !== null && !withoutLogs.includes(path))
    .map(({ path }) => path);
}

export function isSame(a: Source | null, b: Source): boolean {
  return a !== null && a.kind === b.kind && a.path === b.path;
}

/** The chosen target, or the most likely one. */
export function targetOf({ persisted, table }: Model): TargetChoice | null {
  const targets = table.value?.targets ?? [];
  return targets.find(({ name }) => name === persisted.target) ?? targets[0] ?? null;
}

/** The choice to request a proposal for; null while it is incomplete. */
export function choiceOf(model: Model): StartChoice | null {
  const { source, task, readAs, use, collectOnly } = model.persisted;
  if (!source || source.kind === 'dvc') return null;
  if (source.kind === 'logs') {
    const paths = logsOf(model);
    return paths.length === 0 ? null : { from: { kind: 'logs', paths } };
  }
  if (source.kind === 'database') {
    const table = tableOf(model);
    const goal = targetOf(model);
    if (table === null) return null;
    if (collectOnly || (model.table.value !== null && !goal))
      return { from: { kind: 'database', path: source.path, table: null, target: null } };
    if (!goal) return null;
    const more = { ...(task === null ? {} : { task }), ...(use.length > 0 ? { use } : {}) };
    return { from: { kind: 'database', path: source.path, table, target: goal.name, ...more } };
  }
  if (source.kind !== 'table')
    return {
      from: source.kind === 'script' ? { kind: 'script', path: source.path } : { kind: 'import', path: source.path },
    };
  const target = targetOf(model);
  const whole = model.table.value?.readAs;
  if (!target) return null;
  return {
    from: {
      kind: 'table',
      path: source.path,
      target: target.name,
      ...(task === null ? {} : { task }),
      ...(whole && Object.keys(readAs).length > 0 ? { readAs: { ...whole, ...readAs } } : {}),
      ...(use.length > 0 ? { use } : {}),
    },
  };
}

export const cardsShown = 6;

/** The tables that match the search text; only the first ones unless all were requested. */
export function shownTables({ folder, filter, all, persisted }: Model): { tables: FoundTable[]; more: number } {
  const found = folder.value?.tables ?? [];
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const matching =
    words.length === 0 ? found : found.filter(({ path }) => words.every((word) => path.toLowerCase().includes(word)));
  const most = all || words.length > 0 ? 60 : cardsShown;
  const tables = matching.slice(0, most);
  const chosen = persisted.source?.kind === 'table' ? persisted.source.path : null;
  // A file that was picked by hand may be outside the folder.
  if (chosen !== null && !tables.some(({ path }) => path === chosen))
    tables.unshift(found.find(({ path }) => path === chosen) ?? { path: chosen, bytes: 0 });
  return { tables, more: matching.length - Math.min(matching.length, most) };
}

export const delimiterNames: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };
export const encodingNames: Record<string, string> = {
  'utf-8': 'UTF-8',
  'windows-1252': 'Windows-1252',
  'iso-8859-15': 'ISO 8859-15',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16 (big-endian)',
  'windows-1250': 'Windows-1250',
  'iso-8859-2': 'ISO 8859-2',
  'windows-1251': 'Windows-1251',
  macintosh: 'Mac Roman',
  shift_jis: 'Shift JIS',
  gb18030: 'GB 18030',
  big5: 'Big5',
  'euc-kr': 'EUC-KR',
};
export const taskNames: Record<StartTask, string> = {
  binary: 'two classes',
  multiclass: 'classes',
  regression: 'a number',
};

export function readAsText({ delimiter, encoding, header, skip }: ReadAs): string {
  const line = header
    ? `header in line ${skip + 1}`
    : skip > 0
      ? `no header, ${skip} ${skip === 1 ? 'line' : 'lines'} skipped`
      : 'no header';
  return `${delimiterNames[delimiter] ?? delimiter}, ${encodingNames[encoding] ?? encoding}, ${line}`;
}

export type { FoundImport, FoundScript, FoundTable };
