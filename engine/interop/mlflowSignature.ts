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
 * The signature of an MLflow model (the parsed `MLmodel` file, or the signature alone) as a dataset schema: inputs are
 * features, named outputs predictions. Throws DataError when there is no signature, or one of tensors, which name no
 * columns.
 */
export function importMlflowSignature(document: unknown): Imported {
  const signature = isRecord(document) && isRecord(document['signature']) ? document['signature'] : document;
  if (!isRecord(signature) || signature['inputs'] === undefined || signature['inputs'] === null)
    throw new DataError('The file has no `signature` with `inputs`; log the model with one (`infer_signature`).');
  const notes: string[] = [];
  const inputs = columnsIn(signature['inputs']);
  const outputs = signature['outputs'] ? columnsIn(signature['outputs']) : [];
  if (inputs.some((column) => column['type'] === 'tensor'))
    throw new DataError('The signature is one of tensors, which has no named columns.');
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
  if (fields.length === 0) throw new DataError('The signature names no columns.');
  if (signature['params']) notes.push('Its `params` are arguments of predict, not columns; they were left out.');
  return { name: null, schema: { fields }, notes };
}

/** The columns, which stand as JSON in a text. */
function columnsIn(value: unknown): Record<string, unknown>[] {
  let parsed = value;
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value) as unknown;
    } catch (error) {
      throw new DataError('The columns of the signature are no JSON.', { cause: error });
    }
  }
  return Array.isArray(parsed) ? parsed.filter(isRecord) : [];
}
