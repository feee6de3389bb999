import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { inferFiles } from '../../../engine/data/inferFiles.ts';
import { writtenNotes } from '../../../engine/data/written/writtenNotes.ts';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { mergeSchema, schemaText } from '../../../engine/project/mergeSchema.ts';
import { writeAtomic } from '../../../engine/base/writeAtomic.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { subjectGiven } from '../../dataPlace.ts';
import { tellReading } from '../../tellReading.ts';
import { readRegularFile } from '../../../engine/base/readRegularFile.ts';
import { projectPath } from '../../../engine/base/projectPath.ts';

export interface DataInferOptions {
  output?: string;
  update?: boolean;
}

/**
 * `loopwright data infer DATA`: infers a schema from data. An existing file only gets additions, and the differences are
 * printed.
 */
export async function dataInfer(
  context: CommandContext,
  text: string | undefined,
  options: DataInferOptions,
): Promise<number> {
  const { found, place } = await subjectGiven(context, text);
  const { terminal } = context;
  const reading = tellReading(context, found);
  const { schema, columns } = await withDatabase(context.signal, (db) =>
    inferFiles(db, found.files, { signal: context.signal, read: found.read }),
  );
  const { notes, questions } = writtenNotes(columns);
  const root = place.project?.root ?? place.folder;
  const path =
    options.output !== undefined
      ? resolve(options.output)
      : found.schemaPath !== null
        ? projectPath(root, found.schemaPath)
        : null;
  if (path === null || !existsSync(path)) {
    const fresh = schemaText(
      schema,
      [
        `Inferred from ${found.title}. Types, bounds, categories and roles are guesses: check them, and remove \`guessed\` where they are right.`,
        ...notes.map((note) => `Read: ${oneLine(note)}`),
        ...questions.map((question) => `Please check: ${oneLine(question)}`),
      ].join('\n'),
    );
    if (path === null) {
      if (context.json) context.printJson({ schema, text: fresh, reading, notes, questions });
      else terminal.line(fresh.trimEnd());
      return exitCodes.done;
    }
    writeAtomic(path, fresh);
    if (context.json)
      context.printJson({
        path,
        added: schema.fields.map(({ name }) => name),
        gone: [],
        differs: [],
        reading,
        notes,
        questions,
      });
    else {
      terminal.line(`${schema.fields.length} columns written to ${path}`);
      for (const note of notes) terminal.line(`  ${note}`);
      for (const question of questions) terminal.line(`  Please check ${question}`);
    }
    return exitCodes.done;
  }
  const before = readRegularFile(path).toString('utf8');
  const merged = mergeSchema(path, before, schema, { update: options.update === true });
  if (merged.text !== before) writeAtomic(path, merged.text);
  if (context.json)
    context.printJson({
      path,
      changed: merged.text !== before,
      added: merged.added,
      gone: merged.gone,
      differs: merged.differs,
      reading,
      notes,
      questions,
    });
  else {
    for (const name of merged.added) terminal.line(`added ${name}`);
    for (const name of merged.gone) terminal.line(`not in the data: ${name}`);
    for (const said of merged.differs) terminal.line(said);
    if (merged.differs.length > 0 && options.update !== true)
      terminal.note('Use `--update` to widen bounds and add categories to fit the data.');
    terminal.line(merged.text === before ? `${path} is unchanged.` : `${path} was updated.`);
  }
  return exitCodes.done;
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
