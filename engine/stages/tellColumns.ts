import type { ColumnNotes } from '../data/written/writtenSchema.ts';
import { writtenNotes } from '../data/written/writtenNotes.ts';
import { count, type StageContext } from './stageContext.ts';

/** Columns whose reading is told; a wide table has hundreds. */
const mostTold = 20;

/** Logs how the columns of text without a schema are read, such as `` `price`: decimal comma ``. */
export function tellColumns(context: StageContext, columns: readonly ColumnNotes[]): void {
  const { notes, questions } = writtenNotes(columns);
  const lines = [...questions.map((question) => `please check ${question}`), ...notes];
  for (const line of lines.slice(0, mostTold)) context.log(line);
  if (lines.length > mostTold)
    context.log(`… and ${count(lines.length - mostTold)} more; \`loopwright data infer\` tells all`);
}
