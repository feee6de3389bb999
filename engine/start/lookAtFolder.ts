import { opendir } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type {
  FolderLook,
  FoundDatabase,
  FoundImport,
  FoundLog,
  FoundScript,
  FoundTable,
} from '../../protocol/start.ts';
import { projectFileNames } from '../../protocol/projectFiles.ts';
import { sourceFormat } from '../data/readSource.ts';
import { ProjectError, checkCancelled } from '../base/errors.ts';
import { openSource } from '../transfer/openSource.ts';
import { isDatabaseName, lookAtDatabase } from './lookAtDatabase.ts';
import { isLogName, logsAt, lookAtLogs, type LogFile, type LogLook } from './lookAtLogs.ts';
import { isLooked, lookAtScript } from './lookAtScript.ts';

export interface LookOptions {
  signal?: AbortSignal;
  /** Maximum depth of folders to search. Default 4. */
  depth?: number;
  /** Number of entries after which the search ends. Default 20,000. */
  entries?: number;
  /** Time in milliseconds after which the search ends. Default 4,000. */
  ms?: number;
  /** Opens databases and reads the first lines of logs. Default true. */
  sources?: boolean;
  /** A file that was selected by hand; it may be outside the folder. */
  also?: string | undefined;
}

/** Folders of tools, of environments and of generated files. They contain no data of the user. */
const passedOver =
  /^(node_modules|__pycache__|site-packages|venv|env|\.\w.*|dist|build|target|wandb|mlruns|mlartifacts|outputs?|checkpoints?|htmlcov|vendor|lightning_logs|catboost_info)$/i;
/** JSON settings of programs and text files for people are not tables. */
const noTable =
  /^(package(-lock)?|tsconfig.*|composer|manifest|pyrightconfig|launch|settings|tasks|metrics|params|config|dvc)\.json$|\.(schema|dataset|experiment|config|geo|topo)\.json$|^(requirements|readme|license|licence|notice|changelog|todo|constraints|robots).*\.txt$/i;
const mostScripts = 30;
const mostTables = 2000;

const mostDatabases = 20;
const mostLogFiles = 2000;

/**
 * Returns the files in a folder from which a project can be created. Reads no table, only the names of those in database
 * files and the first lines of logs, and ends on its own in a folder of any size.
 */
export async function lookAtFolder(folder: string, options: LookOptions = {}): Promise<FolderLook> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new ProjectError(`There is no folder ${folder}.`);
  const walk = await walkFolder(folder, options);
  const scripts: FoundScript[] = [];
  for (const path of walk.scripts.toSorted(byDepth).slice(0, mostScripts * 4)) {
    checkCancelled(options.signal);
    const found = scripts.length < mostScripts ? lookAtScript(folder, path) : null;
    if (found) scripts.push(found);
  }
  const databases = options.sources === false ? [] : await databasesIn(folder, walk.databases, options);
  const logs = options.sources === false ? [] : await logsIn(folder, walk.logs, options);
  const usable = databases.filter(({ problem }) => problem === null);
  const others = walk.tables.length + scripts.length + usable.length;
  return {
    folder,
    project: projectFileNames.find((name) => existsSync(join(folder, name))) ?? null,
    tables: walk.tables.toSorted((a, b) => likelihood(b) - likelihood(a) || byDepth(a.path, b.path)),
    scripts: scripts.toSorted((a, b) => scriptScore(b) - scriptScore(a) || byDepth(a.path, b.path)),
    notebooks: walk.notebooks.toSorted(byDepth),
    imports: importsIn(folder),
    databases,
    logs: logsToShow(
      logs.map(({ found }) => found),
      others,
    ),
    dvc: existsSync(join(folder, 'dvc.yaml')),
    cut: walk.cut,
  };
}

/** Logs of known formats; others only when nothing else was found, so that a person learns why. */
function logsToShow(logs: readonly FoundLog[], others: number): FoundLog[] {
  const known = logs.filter(({ format }) => format !== null);
  return known.length + others > 0 ? known : [...logs];
}

async function databasesIn(
  folder: string,
  paths: readonly string[],
  { signal, also }: LookOptions,
): Promise<FoundDatabase[]> {
  const found: FoundDatabase[] = [];
  const own = paths.toSorted(byDepth).slice(0, mostDatabases);
  for (const path of also !== undefined && isDatabaseName(also) ? [also, ...own.filter((one) => one !== also)] : own) {
    checkCancelled(signal);
    const one = await lookAtDatabase(folder, path, signal);
    if (one) found.push(one);
  }
  return found.toSorted((a, b) => Number(a.problem !== null) - Number(b.problem !== null));
}

async function logsIn(folder: string, files: readonly LogFile[], { signal, also }: LookOptions): Promise<LogLook[]> {
  const found = await lookAtLogs(folder, files, signal);
  if (also === undefined || !isLogName(basename(also))) return found;
  const picked = await logsAt(folder, [also], signal);
  return [...picked, ...found.filter(({ found: { path } }) => !picked.some((one) => one.found.path === path))];
}

interface Walk {
  tables: FoundTable[];
  databases: string[];
  logs: LogFile[];
  scripts: string[];
  notebooks: string[];
  cut: boolean;
}

async function walkFolder(
  root: string,
  { signal, depth = 4, entries = 20_000, ms = 4000 }: LookOptions,
): Promise<Walk> {
  const walk: Walk = { tables: [], databases: [], logs: [], scripts: [], notebooks: [], cut: false };
  const deadline = performance.now() + ms;
  let left = entries;
  // Breadth first, so that files near the top are found before the time is up.
  const waiting: { path: string; level: number }[] = [{ path: '', level: 0 }];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    checkCancelled(signal);
    const folder = await opendir(join(root, next.path)).catch(() => null);
    if (!folder) continue;
    for await (const entry of folder) {
      if (--left < 0 || performance.now() > deadline) {
        walk.cut = true;
        return walk;
      }
      const path = next.path === '' ? entry.name : `${next.path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (passedOver.test(entry.name) || isEnvironment(join(root, path))) continue;
        if (next.level < depth) waiting.push({ path, level: next.level + 1 });
        else walk.cut = true;
      } else if (entry.isFile() || entry.isSymbolicLink()) note(walk, root, path, entry.name);
    }
  }
  return walk;
}

function isEnvironment(path: string): boolean {
  return existsSync(join(path, 'pyvenv.cfg')) || existsSync(join(path, 'conda-meta'));
}

function note(walk: Walk, root: string, path: string, name: string): void {
  if (/\.ipynb$/i.test(name)) walk.notebooks.push(path);
  else if (isLooked(name)) walk.scripts.push(path);
  else if (isDatabaseName(name)) walk.databases.push(path);
  else if (isLogName(name)) {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (stats?.isFile() && stats.size > 0 && walk.logs.length < mostLogFiles)
      walk.logs.push({ path, bytes: stats.size });
  } else if (sourceFormat(/\.(data|dat)$/i.test(name) ? join(root, path) : name) !== null && !noTable.test(name)) {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size === 0) return;
    if (walk.tables.length >= mostTables) walk.cut = true;
    else walk.tables.push({ path, bytes: stats.size });
  }
}

const levels = (path: string) => path.split('/').length;
const byDepth = (a: string, b: string) => levels(a) - levels(b) || (a < b ? -1 : 1);

/**
 * Scores how likely a table is the training data: text or Parquet near the top, with the name of training data. Output
 * of programs scores lowest.
 */
function likelihood({ path, bytes }: FoundTable): number {
  const name = path.split('/').at(-1) ?? '';
  let score = 10 - levels(path) * 2;
  if (/\.(csv|tsv)(\.gz)?$/i.test(name)) score += 4;
  else if (/\.(parquet|pq)$/i.test(name)) score += 4;
  else if (/\.txt$/i.test(name)) score -= 6;
  else if (/\.json$/i.test(name)) score -= 2;
  if (/train/i.test(name)) score += 5;
  if (/^(data|dataset)\b/i.test(name)) score += 2;
  if (/test|sample_?submission|submission|prediction|result|output|log|valid|holdout/i.test(name)) score -= 5;
  return score + Math.min(4, Math.log10(bytes + 1) / 2);
}

function scriptScore({ path, libraries, mlflow, arguments: given }: FoundScript): number {
  const name = path.split('/').at(-1) ?? '';
  let score = -levels(path) * 3 + (mlflow ? 6 : 0) + Math.min(4, libraries.length) + (given.length > 0 ? 1 : 0);
  if (/^train(ing)?\.py$/i.test(name)) score += 20;
  else if (/train/i.test(name)) score += 10;
  else if (/^(main|run|fit|model|experiment)\.py$/i.test(name)) score += 5;
  if (/test|eval|predict|serve|infer|plot|util|setup|conftest/i.test(name)) score -= 12;
  return score;
}

/** Returns MLflow runs that can be imported. Counts them without reading one. */
function importsIn(folder: string): FoundImport[] {
  return (['mlruns', 'mlflow.db'] as const).flatMap((kind): FoundImport[] => {
    if (!existsSync(join(folder, kind))) return [];
    try {
      const source = openSource(join(folder, kind), kind, () => {});
      try {
        return source.runs.length > 0 || source.experiments.length > 0
          ? [{ path: kind, kind, runs: source.runs.length }]
          : [];
      } finally {
        source.close();
      }
    } catch {
      // The content does not match the name.
      return [];
    }
  });
}
