import { didYouMean } from '../base/didYouMean.ts';
import { DataError } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import { isLive } from '../data/fieldRules.ts';
import type { SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { RuleFinding } from '../data/ruleFinding.ts';
import { belongs, isRequired, validateTable } from '../data/validateTable.ts';
import { writeCsv } from '../data/writeTable.ts';
import { typeOfFeature, type Feature } from '../models/feature.ts';
import type { InputType } from '../models/flavours/flavour.ts';
import type { DatasetSchema, Field, FieldType, InvalidMode } from '../project/schema/datasetSchema.ts';
import type { DeploymentColumns } from './deploymentColumns.ts';

export interface BatchRows {
  db: Database;
  /** Table or view with the rows. */
  rows: string;
  known: readonly SourceColumn[];
  features: readonly Feature[];
  columns: Pick<DeploymentColumns, 'schema' | 'key' | 'time'>;
  invalid: InvalidMode;
  /** Absolute path of the CSV file for the rows that are refused. */
  quarantine: string;
}

export interface CheckedBatch {
  /** SELECT of the rows that are scored, in their order; null when all are, as they are. */
  accepted: string | null;
  /** The rows that are not scored. They are in the quarantine file when there are any. */
  refused: number;
  rules: RuleFinding[];
  discard: () => Promise<void>;
}

/**
 * Checks the rows of a batch by the schema of the training data, as the API checks those of a request, in SQL. Rows that
 * a rule refuses are written to the quarantine file with their reasons. Throws DataError where a rule fails the batch,
 * or leaves no row.
 */
export async function checkBatch(request: BatchRows): Promise<CheckedBatch> {
  const { db, rows, known, invalid, quarantine } = request;
  const schema = schemaOfBatch(request);
  const numbered = `(SELECT row_number() OVER () AS _lw_row, * FROM ${rows})`;
  const result = await validateTable(db, {
    keepsValid: true,
    source: numbered,
    schema,
    mode: 'typed',
    environment: 'serving',
    alsoKeep: ['_lw_row'],
    invalid,
  });
  const fails = result.rules.find(({ mode }) => mode === 'fail');
  if (fails)
    throw new DataError(
      `The batch of ${result.rows} rows does not fit the schema: ${fails.message}. Correct the data, or set \`invalid: quarantine\` for the deployment or, where it has its own, for the field \`${fails.field}\` in the schema.`,
    );
  if (result.invalidRows > 0) {
    const columns = known.map(({ name }) => quoteIdentifier(name));
    await writeCsv(db, `SELECT ${[...columns, '_row', '_reasons'].join(', ')} FROM (${result.invalidSql})`, quarantine);
    if (result.invalidRows === result.rows)
      throw new DataError(
        `None of the ${result.rows} rows fits the schema. First: ${result.rules.find(({ mode }) => mode !== 'warn')?.message}. They are in ${quarantine}.`,
      );
  }
  // Texts in a column of another type are read as the schema says, and a value that breaks its type and only warns is
  // missing, as in a request. Other columns stay as they are.
  const read = schema.fields.filter(
    (field) =>
      isOfType(field) &&
      (isText(field.name, known) ||
        result.rules.some(({ field: name, rule }) => name === field.name && rule === 'type')),
  );
  const replaced = read.map(({ name }) => `v.${quoteIdentifier(name)} AS ${quoteIdentifier(name)}`).join(', ');
  return {
    accepted:
      result.invalidRows === 0 && read.length === 0
        ? null
        : `SELECT t.* EXCLUDE (_lw_row)${replaced === '' ? '' : ` REPLACE (${replaced})`} FROM ${numbered} t JOIN (${result.validSql}) v USING (_lw_row) ORDER BY _lw_row`,
    refused: result.invalidRows,
    rules: result.rules,
    discard: result.discard,
  };
}

/** Names the columns that a model reads and a batch lacks, with those that may be misspelt. */
export function missingColumns(missing: readonly string[], names: readonly string[]): string {
  const misspelt = missing.flatMap((name) => {
    const near = didYouMean(name, names);
    return near === null ? [] : [` Is \`${near}\` a misspelling of \`${name}\`?`];
  });
  return misspelt.join('');
}

/**
 * The rules for the features, the key and the time. The last two only warn, unless the schema says otherwise; rules
 * over several rows are not those of a prediction.
 */
function schemaOfBatch({ known, features, columns }: BatchRows): DatasetSchema {
  const own = columns.schema ?? { fields: [] };
  const has = (name: string) => known.some((column) => column.name === name);
  const ofFeatures = features
    .filter(({ name }) => has(name))
    .map((feature): Field => {
      const field = own.fields.find(({ name }) => name === feature.name);
      if (field) return withMissing(single(field, own), own, known);
      // Columns of other types are converted as the model reads them.
      return { name: feature.name, type: isText(feature.name, known) ? types[typeOfFeature(feature)] : 'any' };
    });
  const ofOthers = own.fields
    .filter(({ name }) => (name === columns.key || name === columns.time) && has(name))
    .filter(({ name }) => !features.some((feature) => feature.name === name))
    .map((field): Field => {
      const checked = single(field, own);
      return { ...checked, loopwright: { invalid: 'warn', ...checked.loopwright } };
    });
  const { missingValues } = own;
  return { fields: [...ofFeatures, ...ofOthers], ...(missingValues && { missingValues }) };
}

function isText(column: string, known: readonly SourceColumn[]): boolean {
  return known.some(({ name, sqlType }) => name === column && sqlType === 'VARCHAR');
}

/** The missing values of the schema hold for the texts of a field of another type; a text field may mean them. */
function withMissing(field: Field, { missingValues }: DatasetSchema, known: readonly SourceColumn[]): Field {
  if (missingValues === undefined || !isOfType(field) || !isText(field.name, known)) return field;
  return { missingValues, ...field };
}

/** A field without the rules over several rows. */
function single(field: Field, schema: DatasetSchema): Field {
  const isExpected = belongs(field, schema, 'serving') && isLive(field.loopwright?.stage);
  const required = isExpected && isRequired(field, schema);
  return { ...field, constraints: { ...field.constraints, unique: false, required } };
}

function isOfType({ type = 'any' }: Field): boolean {
  return ['number', 'integer', 'year', 'boolean', 'datetime', 'date'].includes(type);
}

const types: Record<InputType, FieldType> = {
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  // Any value can be given as a text.
  text: 'any',
  datetime: 'datetime',
};
