/**
 * Infers a schema from each table in a folder, validates the table with it, and writes what happened as Markdown:
 * `node bench/publicFiles.ts FOLDER TABLE.md`. The first part of a path under FOLDER is the name of its source.
 */
import { globSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { messageOf } from '../engine/base/errors.ts';
import { inferFiles } from '../engine/data/inferFiles.ts';
import { describeReading, readingsOf } from '../engine/data/reading/describeReading.ts';
import { sourceFormat } from '../engine/data/readSource.ts';
import { rawSource } from '../engine/data/typedSource.ts';
import { validateTable } from '../engine/data/validateTable.ts';
import { openMemory } from '../engine/data/withDatabase.ts';
import { writtenNotes } from '../engine/data/written/writtenNotes.ts';

const mostMs = 120_000;
const mostBytes = 30 << 20;

interface Outcome {
  file: string;
  read: string;
  accepted: string;
}

async function tried(file: string): Promise<Omit<Outcome, 'file'>> {
  if (statSync(file).size > mostBytes) return { read: '', accepted: 'not tried: larger than 30 MB' };
  const db = await openMemory();
  const limit = setTimeout(() => db.interrupt(), mostMs);
  let read = sourceFormat(file) ?? '';
  try {
    if (read === 'csv')
      read = describeReading(readingsOf([file], undefined))
        .join(' ')
        .replaceAll(`${file}: `, '');
    const { schema, columns } = await inferFiles(db, [file]);
    const raw = rawSource([file], schema);
    const result = await validateTable(db, { source: raw.sql, schema, mode: raw.mode, rejects: raw.rejects });
    const { questions } = writtenNotes(columns);
    const strays = columns.some(({ strays: own }) => own.length > 0);
    const said = result.rules.map(({ message }) => message).join('; ');
    return {
      read: [read, ...(questions.length > 0 ? [`${questions.length} to check`] : [])].filter(Boolean).join('; '),
      accepted:
        result.invalidRows === 0 && result.rules.length === 0 && result.tableProblems.length === 0
          ? `yes, ${result.rows.toLocaleString('en-US')} rows`
          : `no: ${said}${strays ? ' (told by infer)' : ''}${result.tableProblems.map(({ message }) => message).join('; ')}`,
    };
  } catch (error) {
    return { read, accepted: `not a table: ${messageOf(error)}` };
  } finally {
    clearTimeout(limit);
    db.close();
  }
}

const [folder = '.', target = 'public-files.md'] = process.argv.slice(2).map((path) => resolve(path));
const files = globSync('**/*', { cwd: folder })
  .filter((path) => sourceFormat(path) !== null && statSync(join(folder, path)).isFile())
  .toSorted();
const outcomes: Outcome[] = [];
for (const file of files) {
  const { read, accepted } = await tried(join(folder, file));
  const plain = (text: string) =>
    text
      .replaceAll(`${folder}/`, '')
      .replaceAll('|', '\\|')
      .replaceAll(/\p{Cc}/gu, ' ')
      .slice(0, 300);
  outcomes.push({ file: relative(folder, join(folder, file)), read: plain(read), accepted: plain(accepted) });
  process.stdout.write(`${outcomes.length}/${files.length} ${file}: ${accepted.slice(0, 160)}\n`);
}
const repositories: Readonly<Record<string, string | undefined>> = {
  csvkit: 'wireservice/csvkit',
  frictionless: 'frictionlessdata/frictionless-py',
  duckdb: 'duckdb/duckdb, data/',
  pandas: 'pandas-dev/pandas, pandas/tests/',
  'parquet-testing': 'apache/parquet-testing',
};
const sources = [...new Set(outcomes.map(({ file }) => file.split('/')[0] ?? ''))];
const isAccepted = ({ accepted }: Outcome) => accepted.startsWith('yes');
/** Files that a fuzzer made: broken on purpose, one row a folder. */
const fuzzed = /^(.*\/(?:afl|fuzzing)(?:\/[^/]+)*)\/[^/]+$/;

function rowsOf(own: readonly Outcome[]): string[] {
  const folders = new Map<string, Outcome[]>();
  for (const outcome of own) {
    const folder = fuzzed.exec(outcome.file)?.[1];
    if (folder !== undefined) folders.set(folder, [...(folders.get(folder) ?? []), outcome]);
  }
  const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
  const source = /^[^/]+\//;
  return [
    ...own
      .filter(({ file }) => !fuzzed.test(file))
      .map(({ file, read, accepted }) => row(file.replace(source, ''), read, accepted)),
    ...[...folders].map(([folder, all]) =>
      row(
        `${folder.replace(source, '')}/ (${all.length} files of a fuzzer)`,
        '',
        `${all.filter(isAccepted).length} yes; the others are told: lines that are set aside, or no text`,
      ),
    ),
  ];
}

const sections = sources.map((source) => {
  const own = outcomes.filter(({ file }) => file.startsWith(`${source}/`));
  return `## ${source}${repositories[source] ? ` (${repositories[source]})` : ''}: ${own.filter(isAccepted).length} of ${own.length} accepted

| file | how it is read | accepted by its inferred schema |
| --- | --- | --- |
${rowsOf(own).join('\n')}
`;
});
writeFileSync(
  target,
  `# Public files

Test files of other tools, read by Loopwright: a schema is inferred from each file, and the file is validated with it.
\`node bench/publicFiles.ts FOLDER docs/public-files.md\` writes this page from a folder with the files.
${outcomes.filter(isAccepted).length} of ${outcomes.length} files are accepted. For the others, the last column says why not: files that are broken on purpose, texts
whose encoding cannot be told, and malformed lines, which are set aside. A value is refused only where infer tells it.

${sections.join('\n')}`,
);
