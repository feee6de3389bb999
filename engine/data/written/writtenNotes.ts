import type { ColumnNotes } from './writtenSchema.ts';

/** One sentence for each thing that a person should know, such as `` `price`: decimal comma ``. */
export function writtenNotes(columns: readonly ColumnNotes[]): { notes: string[]; questions: string[] } {
  const notes = columns.flatMap(({ name, notes: own, strays, markers }) => {
    const missing = markers.filter((marker) => marker.missing);
    const said = [
      ...own,
      ...(missing.length > 0
        ? [
            `${missing.map(({ text, rows }) => `\`${text}\` (${rows.toLocaleString('en-US')})`).join(', ')} ${missing.length === 1 ? 'means' : 'mean'} no value`,
          ]
        : []),
      ...(strays.length > 0
        ? [
            `${strays.map(({ text, rows }) => `\`${text}\` (${rows.toLocaleString('en-US')})`).join(', ')} ${strays.length === 1 ? 'is' : 'are'} not of the type; the rows are invalid`,
          ]
        : []),
    ];
    return said.length > 0 ? [`\`${name}\`: ${said.join('; ')}`] : [];
  });
  return {
    notes,
    questions: columns.flatMap(({ name, question }) => (question === null ? [] : [`\`${name}\`: ${question}`])),
  };
}
