import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ProjectError } from '../../../engine/base/errors.ts';
import { peekMs } from '../../../engine/data/sources/peek.ts';
import { suggestion } from '../../../engine/base/didYouMean.ts';
import { findSubject, parseSubject, type SubjectPlace } from '../../../engine/overview/dataSubject.ts';
import { loadProject } from '../../../engine/project/loadProject.ts';
import { collectStages, findCollect } from '../../../engine/stages/findCollect.ts';
import { previewSource, type PreviewRequest } from '../../../engine/stages/previewSource.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { RowFault, SourcePreview } from '../../../protocol/sourcePreview.ts';
import { count } from '../../../words/numbers.ts';
import { duration } from '../../../words/times.ts';
import { freshnessText, schemaText, wouldBring } from '../../../words/sourcePreview.ts';
import type { CommandContext } from '../../context.ts';
import { dataPlace } from '../../dataPlace.ts';
import { table, type Terminal } from '../../terminal.ts';
import { isInside, relativePath } from '../../../engine/base/projectPath.ts';

export interface DataPreviewOptions {
  rows?: string;
  all?: boolean;
  runCommand?: boolean;
}

type Named = Pick<PreviewRequest, 'project' | 'config' | 'stage' | 'dataset' | 'from' | 'invalid'>;

/**
 * `loopwright data preview SOURCE`: what a collect stage, a dataset or a file would bring, without writing anything.
 * Exits with 1 when the source cannot be read.
 */
export async function dataPreview(
  context: CommandContext,
  text: string | undefined,
  options: DataPreviewOptions,
): Promise<number> {
  if (text === undefined) throw new ProjectError('Name a collect stage, a dataset or a file.');
  const rows = Number(options.rows ?? 20);
  if (!Number.isInteger(rows) || rows < 0 || rows > 1000)
    throw new ProjectError(`\`--rows\` must be a whole number from 0 to 1000, not ${options.rows ?? ''}.`);
  const place = dataPlace(context);
  const named = await sourceNamed(text, place);
  context.terminal.progress('reading the source');
  // The progress is drawn before a library blocks the thread.
  await breathe();
  const stopWatching = endWhenBlocked();
  const preview = await previewSource({
    ...named,
    store: place.store,
    rows,
    all: options.all ?? false,
    runs: options.runCommand ?? false,
    signal: context.signal,
  }).finally(stopWatching);
  context.terminal.progress(null);
  if (context.json) context.printJson(preview);
  else print(context.terminal, preview);
  return exitCodes.done;
}

/** Time after its limit when a preview that blocks its thread is ended, in milliseconds. */
const graceMs = 4000;

/** Ends this process when a query of SQLite blocks its thread: no limit and no Ctrl+C reaches it then. */
function endWhenBlocked(): () => void {
  const message = `error: The source did not answer within ${(peekMs + graceMs) / 1000} s. Make its query smaller; \`loopwright run\` has no such limit.\n`;
  const watch = new Worker(
    `setTimeout(() => { require('node:fs').writeSync(2, ${JSON.stringify(message)}); process.kill(process.pid, 'SIGKILL'); }, ${peekMs + graceMs});`,
    { eval: true },
  );
  watch.unref();
  return () => void watch.terminate();
}

/** Returns the source that a text names: a collect stage, the stage that collects a dataset, or files. */
async function sourceNamed(text: string, place: SubjectPlace): Promise<Named> {
  const { project, config } = place;
  const known = project && config ? { project, config } : null;
  const collects = known ? collectStages(known) : [];
  const found = known ? findCollect(known, text) : undefined;
  if (known && found) return { ...known, ...found };
  const isStage = known !== null && Object.hasOwn(known.config.stages ?? {}, text);
  if (isStage && statSync(resolve(place.folder, text), { throwIfNoEntry: false }) === undefined)
    throw new ProjectError(
      `\`${text}\` is not a collect stage, so it has no source.${collects.length === 0 ? '' : ` Collect stages: ${collects.map(({ stage }) => stage).join(', ')}.`}`,
    );
  const subject = await namedSubject(
    text,
    place,
    collects.map(({ stage }) => stage),
  );
  const root = project?.root ?? place.folder;
  return {
    project: project ?? loadProject(place.folder),
    config,
    stage: null,
    dataset: subject.dataset,
    from: { files: subject.files.map((file) => shortest(root, file)) },
  };
}

async function namedSubject(text: string, place: SubjectPlace, stages: readonly string[]) {
  try {
    return await findSubject(parseSubject(text, place), place);
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    throw new ProjectError(
      `\`${text}\` is no collect stage, dataset or file.${suggestion(text, [...stages, ...Object.keys(place.config?.datasets ?? {})])}`,
    );
  }
}

function shortest(root: string, file: string): string {
  return isInside(root, file) ? relativePath(root, file) : file;
}

function print(terminal: Terminal, preview: SourcePreview): void {
  const { stage, source, about, columns, rows, notes, problems } = preview;
  terminal.line(`${stage ?? source}  ${about}  ${terminal.style('dim', `answered in ${duration(preview.ms)}`)}`);
  for (const line of [wouldBring(preview), freshnessText(preview), schemaText(preview)])
    if (line !== null) terminal.line(sentence(line));
  for (const { message, isError } of problems) terminal.line(`${isError ? 'error' : 'warning'}: ${message}`);
  for (const note of notes) terminal.line(printable(note));
  if (columns.length === 0) return;
  const faults = new Map<number, RowFault[]>();
  for (const fault of preview.faults) faults.set(fault.row, [...(faults.get(fault.row) ?? []), fault]);
  const isMarked = faults.size > 0;
  const shown = fitting(terminal, preview);
  const head = [...(isMarked ? [' '] : []), ...shown.map(({ name }) => printable(name))];
  const types = [...(isMarked ? [''] : []), ...shown.map(({ type }) => type)];
  const body = rows.map((row, r) => [
    ...(isMarked ? [faults.has(r) ? '!' : ''] : []),
    ...shown.map(({ index }) => cell(row[index] ?? null)),
  ]);
  terminal.line();
  const [first = '', rule = '', ...rest] = table(head, [types, ...body]);
  terminal.line(first);
  terminal.line(terminal.style('dim', rest[0] ?? ''));
  terminal.line(rule);
  for (const line of rest.slice(1)) terminal.line(line);
  if (shown.length < columns.length)
    terminal.line(
      terminal.style(
        'dim',
        `and ${count(columns.length - shown.length)} more columns: ${columns
          .slice(shown.length)
          .map(({ name }) => printable(name))
          .join(', ')}`,
      ),
    );
  if (!isMarked) return;
  terminal.line();
  for (const [row, reasons] of faults)
    terminal.line(`row ${row + 1}: ${printable(reasons.map(({ reason }) => reason).join('; '))}`);
}

/** Returns the first columns that fit into the width, at least one. */
function fitting(terminal: Terminal, { columns, rows }: SourcePreview) {
  let width = 2;
  const shown = columns.map(({ name, type }, index) => ({ name, type: type.slice(0, 24), index }));
  const fits = shown.findIndex(({ name, type, index }) => {
    width += 2 + Math.max(name.length, type.length, ...rows.map((row) => cell(row[index] ?? null).length));
    return width > terminal.width;
  });
  return fits === -1 ? shown : shown.slice(0, Math.max(1, fits));
}

function cell(value: string | null): string {
  if (value === null) return '∅';
  const plain = printable(value);
  return plain.length > 32 ? `${plain.slice(0, 31)}…` : plain;
}

/** Control characters could move the cursor or change the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '�');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
