import { resolve } from 'node:path';
import { readAsWritten } from '../../../engine/data/inferFiles.ts';
import { sourceFormat } from '../../../engine/data/readSource.ts';
import { writtenNotes } from '../../../engine/data/written/writtenNotes.ts';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { openSubject, profileSubject, relateSubject } from '../../../engine/overview/dataViews.ts';
import { ProjectError } from '../../../engine/base/errors.ts';
import { suggestion } from '../../../engine/base/didYouMean.ts';
import type { ColumnProfile, DataProfile, DataRelations } from '../../../protocol/dataProfile.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { subjectGiven } from '../../dataPlace.ts';
import { tellReading } from '../../tellReading.ts';
import { saveProfile } from '../../../engine/pages/savePage.ts';
import { bar, table } from '../../terminal.ts';
import { bytes } from '../../../words/sizes.ts';

type ValueNotes = ReturnType<typeof writtenNotes>;

export interface DataProfileOptions {
  columns?: string;
  target?: string;
  html?: string;
}

/**
 * `loopwright data profile DATA`: a summary of each column as a table, as JSON, or as a self-contained page with `--html
 * FILE`.
 */
export async function dataProfile(
  context: CommandContext,
  text: string | undefined,
  options: DataProfileOptions,
): Promise<number> {
  const { found, place } = await subjectGiven(context, text);
  const { terminal } = context;
  const columns = options.columns?.split(',').map((name) => name.trim());
  const reading = tellReading(context, found);
  const wantsRelations = options.html !== undefined || options.target !== undefined;
  const result = await withDatabase(
    context.signal,
    async (db): Promise<{ profile: DataProfile; relations: DataRelations | null; values: ValueNotes }> => {
      const root = place.project?.root ?? place.folder;
      const opened = await openSubject(db, found);
      const names = opened.columns.map(({ name }) => name);
      const unknown = [...(columns ?? []), options.target].find((name) => name !== undefined && !names.includes(name));
      if (unknown !== undefined)
        throw new ProjectError(
          `There is no column \`${unknown}\`.${suggestion(unknown, names) || ` It has ${names.slice(0, 12).join(', ')}.`}`,
        );
      const profile = await profileSubject(db, found, {
        root,
        opened,
        columns,
        target: options.target,
        onProgress: (done, all) => terminal.progress(`${bar(done / all)} ${done} of ${all} columns`),
      });
      const isWritten = found.schema === null && sourceFormat(found.files[0] ?? '') === 'csv';
      const { columns: told } = isWritten ? await readAsWritten(db, found.files, found.read) : { columns: [] };
      return {
        profile,
        relations: wantsRelations ? await relateSubject(db, found, options.target, await opened.source()) : null,
        values: writtenNotes(told),
      };
    },
  );
  if (options.html !== undefined) {
    const path = resolve(options.html);
    saveProfile(result.profile, result.relations, path);
    if (!context.json) terminal.note(`written to ${path}`);
  }
  if (context.json) context.printJson({ ...result.profile, relations: result.relations, reading, ...result.values });
  else if (options.html === undefined)
    for (const line of profileLines(result.profile, result.relations)) terminal.line(line);
  if (!context.json)
    for (const line of [...result.values.notes, ...result.values.questions.map((text) => `please check ${text}`)])
      terminal.note(line);
  return exitCodes.done;
}

function profileLines(profile: DataProfile, relations: DataRelations | null): string[] {
  const share = (column: string) => relations?.relevance.find((one) => one.column === column);
  const head = [
    'column',
    'type',
    'missing',
    'distinct',
    'min',
    'median',
    'max',
    'distribution or most frequent',
    ...(relations?.target ? [`explains ${relations.target}`] : []),
  ];
  const rows = profile.columns.map((column) => {
    const told = share(column.name);
    return [
      column.name,
      column.type,
      column.rows === 0 ? '' : percent(column.missing / column.rows),
      `${column.exact ? '' : '≈ '}${(column.exact ? column.distinct : Number(column.distinct.toPrecision(3))).toLocaleString('en-US')}`,
      ...bounds(column),
      column.numbers
        ? sparkline((column.numbers.core ?? column.numbers.histogram).counts)
        : (column.top ?? [])
            .slice(0, 3)
            .map(({ value, count }) => `${shortened(value)} ${percent(count / column.rows)}`)
            .join(', '),
      ...(relations?.target
        ? [told ? `${percent(told.share)}${told.relevant ? '' : ' (no more than chance)'}` : '']
        : []),
    ];
  });
  return [
    `${profile.title}  ${profile.rows.toLocaleString('en-US')} rows, ${profile.columns.length} columns, ${bytes(profile.bytes)}`,
    '',
    ...table(head, rows, [2, 3, 4, 5, 6]),
    ...(relations?.target && relations.sampled < relations.rows
      ? [
          '',
          `"explains ${relations.target}" is measured on a sample of ${relations.sampled.toLocaleString('en-US')} rows.`,
        ]
      : []),
  ];
}

function bounds({ numbers, type, range }: ColumnProfile): string[] {
  if (range) return [range.first, '', range.last];
  if (!numbers) return ['', '', ''];
  return [numbers.min, numbers.median, numbers.max].map((value) =>
    type === 'datetime'
      ? new Date(value).toISOString().slice(0, 19).replace('T', ' ')
      : String(Number(value.toPrecision(6))),
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.001 ? 3 : 1)} %`;
}

function shortened(text: string): string {
  // Control characters could move the cursor or change the terminal.
  const plain = text.replace(/\p{Cc}/gu, '�');
  return plain.length > 24 ? `${plain.slice(0, 23)}…` : plain;
}

/** Each bin as one of eight heights. */
function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts
    .map((count) => (count === 0 ? ' ' : ('▁▂▃▄▅▆▇█'[Math.min(7, Math.floor((count / most) * 8))] ?? '█')))
    .join('');
}
