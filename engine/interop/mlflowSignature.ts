import { DataError } from '../base/errors.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import { isRecord, textIn, type Imported } from './imported.ts';

const types: Record<string, Field['type']> = {
  boolean: 'boolean',
  integer: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  string: 'string',
  binary: 'string',
  datetime: 'datetime',
  object: 'object',
  array: 'array',
  map: 'object',
  any: 'any',
};

/**
 * Converts the signature of an MLflow model (the parsed `MLmodel` file, or the signature alone) to a dataset schema:
 * inputs become features, named outputs become predictions. Throws DataError when there is no signature, or when it is
 * a tensor signature, which has no named columns.
 */
export function importMlflowSignature(document: unknown): Imported {
  const signature = isRecord(document) && isRecord(document['signature']) ? document['signature'] : document;
  if (!isRecord(signature) || signature['inputs'] === undefined || signature['inputs'] === null)
    throw new DataError('The file has no `signature` with `inputs`; log the model with one (`infer_signature`).');
  const notes: string[] = [];
  const inputs = columnsIn(signature['inputs']);
  const outputs = signature['outputs'] ? columnsIn(signature['outputs']) : [];
  if (inputs.some((column) => column['type'] === 'tensor'))
    throw new DataError('The signature is a tensor signature, which has no named columns.');
  const field =
    (role: 'feature' | 'prediction') =>
    (column: Record<string, unknown>): Field[] => {
      const name = textIn(column, 'name');
      if (name === null) {
        notes.push(`An ${role === 'feature' ? 'input' : 'output'} without a name was left out.`);
        return [];
      }
      const type = textIn(column, 'type') ?? 'any';
      return [
        {
          name,
          type: types[type] ?? 'any',
          ...(type === 'binary' ? { format: 'binary' } : {}),
          ...(role === 'feature' && column['required'] !== false ? { constraints: { required: true } } : {}),
          loopwright: { role },
        },
      ];
    };
  const fields = [...inputs.flatMap(field('feature')), ...outputs.flatMap(field('prediction'))];
  if (fields.length === 0) throw new DataError('The signature has no named columns.');
  if (signature['params']) notes.push('Its `params` were left out: they are arguments of `predict`, not columns.');
  return { name: null, schema: { fields }, notes };
}

/** Parses the columns, which are stored as JSON in a string. */
function columnsIn(value: unknown): Record<string, unknown>[] {
  let parsed = value;
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value) as unknown;
    } catch (error) {
      throw new DataError('The columns of the signature are not valid JSON.', { cause: error });
    }
  }
  return Array.isArray(parsed) ? parsed.filter(isRecord) : [];
}
