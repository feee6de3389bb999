import { Type } from 'typebox';

/** Fields of the sources that read the rows of a query. */
export const query = Type.String({
  minLength: 1,
  description: 'One SELECT, written here or in a file ending in `.sql`.',
  examples: ['SELECT * FROM orders'],
});
export const watermark = (example: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      description: `Column of the result that only increases, such as \`${example}\`. After the first collection, only rows with higher values are fetched and appended. With a primaryKey in the dataset schema, a newer row replaces the row with the same key.`,
    }),
  );
export const batch = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1000000, description: 'Number of rows per fetch. Default 10000.' }),
);
