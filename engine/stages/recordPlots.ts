import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import { plotEnding, plotFolder } from '../../protocol/runPlot.ts';
import { messageOf } from '../base/errors.ts';
import { projectPath } from '../base/projectPath.ts';
import { plotSources, type DvcPlot } from '../project/dvc/dvcPlots.ts';
import { plotSeries } from './plotSeries.ts';
import type { StageContext } from './stageContext.ts';

const mostBytes = 20_000_000;
const images = /\.(?:png|jpe?g|gif|svg)$/i;

/**
 * Keeps the plots that a stage of DVC drew with its run: its own, and those of the whole dvc.yaml whose files it wrote
 * since `started` (epoch milliseconds). Images are copied to `plots/`, values are kept as `RunPlot`. One that cannot be
 * read is told in the log, as DVC does.
 */
export function recordPlots({ project, node, artifacts, log }: StageContext, started: number): void {
  const { dvc, root } = project;
  const seen = new Set<string>();
  const all = dvc?.plots ?? [];
  for (const plot of all.flatMap((one) => expanded(root, one, all))) {
    if (plot.stage !== null && plot.stage !== node.name) continue;
    const sources = plotSources(plot);
    if (seen.has(plot.id) || !sources.every((path) => isFile(root, path))) continue;
    if (plot.stage === null && !sources.some((path) => isNew(root, path, started))) continue;
    // The points of DVCLive are series of the run.
    if (/(?:^|\/)plots\/metrics\/.*\.tsv$/.test(plot.id)) continue;
    seen.add(plot.id);
    const keep = (ending: string, write: (path: string) => void) => {
      const path = projectPath(artifacts(), posix.join(plotFolder, `${safe(plot.id)}${ending}`));
      mkdirSync(dirname(path), { recursive: true });
      write(path);
    };
    try {
      if (plot.path !== null && images.test(plot.path)) {
        const from = projectPath(root, plot.path);
        keep('', (path) => copyFileSync(from, path));
      } else {
        const made = plotSeries(plot, (file) => textIn(root, file));
        keep(plotEnding, (path) => writeFileSync(path, JSON.stringify(made)));
      }
    } catch (error) {
      log(`warning: the plot \`${plot.id}\` cannot be shown: ${messageOf(error)}`);
    }
  }
}

/** A plot of a folder is one of each file in it, without those of plots of their own or of a folder inside. */
function expanded(root: string, plot: DvcPlot, all: readonly DvcPlot[]): DvcPlot[] {
  const { path } = plot;
  if (path === null || !statSync(projectPath(root, path), { throwIfNoEntry: false })?.isDirectory()) return [plot];
  return readdirSync(projectPath(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(projectPath(root, path).length).replaceAll('\\', '/'))
    .toSorted()
    .map((name) => posix.join(path, name))
    .filter((file) => !all.some((other) => other.path !== null && isNearer(other.path, path, file)))
    .map((file) => ({ ...plot, id: file, path: file }));
}

function isNearer(other: string, folder: string, file: string): boolean {
  return other.startsWith(`${folder}/`) && (other === file || file.startsWith(`${other}/`));
}

function textIn(root: string, path: string): string {
  const absolute = projectPath(root, path);
  if (statSync(absolute).size > mostBytes) throw new Error(`\`${path}\` is larger than ${mostBytes / 1e6} MB`);
  return readRegularFile(absolute)
    .toString()
    .replace(/^\uFEFF/, '');
}

function isFile(root: string, path: string): boolean {
  return statSync(projectPath(root, path), { throwIfNoEntry: false })?.isFile() ?? false;
}

function isNew(root: string, path: string, started: number): boolean {
  const stats = statSync(projectPath(root, path), { throwIfNoEntry: false });
  // Some file systems keep whole seconds.
  return stats !== undefined && Math.max(stats.mtimeMs, stats.ctimeMs) >= Math.floor(started / 1000) * 1000;
}

/** A name that stays in the folder of the artifacts, on every system. */
function safe(id: string): string {
  return id
    .replaceAll(/[<>:"|?*\\\p{Cc}]/gu, '_')
    .split('/')
    .map((step) => (step === '..' || step === '.' || step === '' ? '_' : step))
    .join('/');
}
