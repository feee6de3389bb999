import type { Field, FieldRole } from './schema/datasetSchema.ts';

/** The columns of a table of rankings. */
export interface RankingColumns {
  relevance: Field;
  query: Field;
  score: Field;
}

/** Returns the columns of a table of rankings by their roles; a sentence where the roles do not suffice. */
export function rankingColumns(dataset: string, fields: readonly Field[]): RankingColumns | string {
  const of = (role: FieldRole) => fields.filter((field) => field.loopwright?.role === role);
  const [query, relevance, score] = [of('query')[0], of('target')[0], of('score')[0] ?? of('prediction')[0]];
  if (!query)
    return `The schema of \`${dataset}\` does not say which rows are ranked together. Give the column of the query, user or session \`loopwright: { role: query }\`.`;
  if (!relevance)
    return `The schema of \`${dataset}\` has no target. Give the column with the relevance of each row \`loopwright: { role: target }\`.`;
  if (of('target').length > 1)
    return `The schema of \`${dataset}\` has ${of('target').length} targets, and a ranking has one: the relevance of a row.`;
  if (!score)
    return `The schema of \`${dataset}\` has no score to rank by. Give its column \`loopwright: { role: score }\`.`;
  return { relevance, query, score };
}
