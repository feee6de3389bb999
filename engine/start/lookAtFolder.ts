import { opendir } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FolderLook, FoundImport, FoundScript, FoundTable } from '../../protocol/start.ts';
import { projectFileNames } from '../../protocol/projectFiles.ts';
import { sourceFormat } from '../data/readSource.ts';
import { ProjectError, checkCancelled } from '../base/errors.ts';
import { openSource } from '../transfer/openSource.ts';
import { isLooked, lookAtScript } from './lookAtScript.ts';

export interface LookOptions {
  signal?: AbortSignal;
  /** Folders deeper than this are not looked into. Default 4. */
  depth?: number;
  /** Entries after which the search ends. Default 20,000. */
  entries?: number;
  /** Milliseconds after which the search ends. Default 4,000. */
  ms?: number;
}

/** Folders of tools, of environments and of what programs make; nobody's own data lies there. */
const passedOver =
  /^(node_modules|__pycache__|site-packages|venv|env|\.\w.*|dist|build|target|wandb|mlruns|mlartifacts|outputs?|checkpoints?|htmlcov|vendor|lightning_logs|catboost_info)$/i;
/** JSON that is the setting of a program, and text that is for people, are no tables. */
const noTable =
  /^(package(-lock)?|tsconfig.*|composer|manifest|pyrightconfig|launch|settings|tasks|metrics|params|config|dvc)\.json$|\.(schema|dataset|experiment|config|geo|topo)\.json$|^(requirements|readme|license|licence|notice|changelog|todo|constraints|robots).*\.txt$/i;
const mostScripts = 30;
const mostTables = 2000;

/** What lies in a folder that a project could be made from. Never reads data; ends by itself in folders of any size. */
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
  return {
    folder,
    project: projectFileNames.find((name) => existsSync(join(folder, name))) ?? null,
    tables: walk.tables.toSorted((a, b) => likelihood(b) - likelihood(a) || byDepth(a.path, b.path)),
    scripts: scripts.toSorted((a, b) => scriptScore(b) - scriptScore(a) || byDepth(a.path, b.path)),
    notebooks: walk.notebooks.toSorted(byDepth),
    imports: importsIn(folder),
    dvc: existsSync(join(folder, 'dvc.yaml')),
    cut: walk.cut,
  };
}

interface Walk {
  tables: FoundTable[];
  scripts: string[];
  notebooks: string[];
  cut: boolean;
}

async function walkFolder(
  root: string,
  { signal, depth = 4, entries = 20_000, ms = 4000 }: LookOptions,
): Promise<Walk> {
  const walk: Walk = { tables: [], scripts: [], notebooks: [], cut: false };
  const deadline = performance.now() + ms;
  let left = entries;
  // Breadth first: what lies near the top is found before the time is up.
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
  else if (sourceFormat(name) !== null && !noTable.test(name)) {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size === 0) return;
    if (walk.tables.length >= mostTables) walk.cut = true;
    else walk.tables.push({ path, bytes: stats.size });
  }
}

const levels = (path: string) => path.split('/').length;
const byDepth = (a: string, b: string) => levels(a) - levels(b) || (a < b ? -1 : 1);

/**
 * A table that is most likely the data: text or Parquet near the top, named as training data is; what a program wrote
 * comes last.
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

/** Runs of MLflow that can be taken over, counted without reading one. */
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
      // Not what its name says.
      return [];
    }
  });
}
