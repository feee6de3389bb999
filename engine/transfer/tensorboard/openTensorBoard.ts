import { createHash } from 'node:crypto';
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../../base/errors.ts';
import type { RunHandle, SourceMetric, SourcePoint, SourceRun, Tell, TransferSource } from '../records.ts';
import { subfolders } from '../walkFiles.ts';
import { emptyEvents, readEvents, type Series } from './eventFile.ts';

const pointsAtOnce = 5000;

export function isEventFile(name: string): boolean {
  return name.includes('tfevents') && !name.endsWith('.profile-empty');
}

/**
 * Opens a TensorBoard log folder, or one event file. Each folder with event files is a run; the experiment is named
 * after the whole.
 */
export function openTensorBoard(path: string, tell: Tell): TransferSource {
  const place = realpathSync(path);
  const single = statSync(place).isFile();
  const root = single ? dirname(place) : place;
  const experiment = basename(root) || 'tensorboard';
  const folders = single ? [{ name: '', files: [place] }] : eventFolders(root, '', 0);
  const times = folders.flatMap(({ files }) => files.map((file) => Math.floor(statSync(file).mtimeMs)));
  return {
    kind: 'tensorboard',
    key: `tensorboard:${root}`,
    experiments:
      folders.length === 0
        ? []
        : [
            {
              id: '.',
              name: experiment,
              deleted: false,
              createdAt: Math.min(...times),
              updatedAt: Math.max(...times),
              tags: new Map(),
            },
          ],
    runs: folders.map(({ name, files }): RunHandle => ({
      id: name === '' ? '.' : name,
      get signature() {
        return signatureOf(files);
      },
      read: (signal) => readRun(name, experiment, { files, tell, signal }),
    })),
    models: () => [],
    registered: () => [],
    close: () => {},
  };
}

function eventFolders(root: string, name: string, depth: number): { name: string; files: string[] }[] {
  const folder = join(root, name);
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isEventFile(entry.name))
    .map((entry) => join(folder, entry.name))
    .toSorted();
  const below =
    depth > 30
      ? []
      : subfolders(folder)
          .filter((child) => child !== 'node_modules')
          .flatMap((child) => eventFolders(root, name === '' ? child : `${name}/${child}`, depth + 1));
  return files.length > 0 ? [{ name, files }, ...below] : below;
}

function signatureOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${basename(file)}\0${size}\0${Math.floor(mtimeMs)}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

async function readRun(
  name: string,
  experiment: string,
  { files, tell, signal }: { files: readonly string[]; tell: Tell; signal: AbortSignal | undefined },
): Promise<SourceRun> {
  const data = emptyEvents();
  for (const file of files) await readEvents(file, data, { tell: (message) => tell(file, message), signal });
  const folder = dirname(files[0] ?? '');
  if (data.first === null && data.params.size === 0)
    throw new DataError('its event files hold no events', { place: { file: folder } });
  for (const [kind, tags] of data.leftOut)
    tell(
      folder,
      `${tags.size === 1 ? 'a tag' : `${tags.size} tags`} of ${kind} ${tags.size === 1 ? 'was' : 'were'} left out, only scalars are imported: ${[...tags].slice(0, 3).map(short).join(', ')}${tags.size > 3 ? ', …' : ''}`,
    );
  return {
    id: name === '' ? '.' : name,
    experimentId: '.',
    name: name || experiment,
    status: data.ended ?? 'finished',
    startedAt: data.first ?? 0,
    endedAt: data.last,
    deleted: false,
    deletedAt: null,
    userId: '',
    params: data.params,
    tags: new Map(),
    metrics: [...data.series].map(([key, series]) => metricOf(key, series)),
    datasets: [],
    models: [],
    artifacts: { folder: null, uri: null },
  };
}

const short = (tag: string) => (tag.length > 100 ? `${tag.slice(0, 100)}…` : tag);

function metricOf(key: string, { steps, at, values }: Series): SourceMetric {
  return {
    key,
    *points() {
      for (let from = 0; from < values.length; from += pointsAtOnce) {
        yield values
          .slice(from, from + pointsAtOnce)
          .map((value, i): SourcePoint => ({ value, step: steps[from + i] ?? 0, at: at[from + i] ?? 0 }));
      }
    },
  };
}
