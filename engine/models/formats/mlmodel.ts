import { join } from 'node:path';
import { plainYaml } from '../../base/plainYaml.ts';
import { DataError, messageOf } from '../../base/errors.ts';
import type { InputType, ModelFiles, ModelInput } from '../flavours/flavour.ts';
import { requirementVersions } from './requirementVersions.ts';

/** The facts of a file `MLmodel`. Paths have forward slashes, also when Windows wrote them. */
export interface Mlmodel {
  flavours: Record<string, Record<string, unknown>>;
  /** Null without a signature, and when its input is one tensor. */
  inputs: ModelInput[] | null;
  /** Versions of packages by the requirements beside it. */
  packages: Record<string, string>;
  /** Folders with code, relative to the model. */
  code: string[];
  /** Demands that cannot be met, each a sentence. */
  refusals: string[];
}

/** Types of a column in a signature of MLflow. */
const columnTypes: Record<string, InputType> = {
  boolean: 'boolean',
  integer: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  string: 'text',
  datetime: 'datetime',
};
const paramTypes = new Set([...Object.keys(columnTypes), 'binary', 'object']);

/** Real models have a few kilobytes, also with thousands of columns. */
const mostBytes = 4 << 20;

/** Reads `MLmodel` of a folder, and the requirements beside it. `folder` is relative, and empty or ends with a slash. */
export function readMlmodel(files: ModelFiles, folder: string): Mlmodel {
  const path = `${folder}MLmodel`;
  const bytes = files.read(path, mostBytes + 1);
  if (bytes.length > mostBytes)
    throw new DataError(`${join(files.path, path)}: larger than 4 MB, which no MLmodel is; restore the file`, {
      place: { file: join(files.path, path) },
    });
  const content = parsed(() => plainYaml(bytes.toString('utf8')), path);
  const flavours = record(record(content)['flavors']);
  const signature = record(record(content)['signature']);
  const refusals: string[] = [];
  const inputs = readInputs(list(signature['inputs'], path), refusals);
  for (const param of list(signature['params'], path)) refuseParam(record(param), refusals);
  const python = record(flavours['python_function']);
  const read = (name: string) =>
    files.names.includes(`${folder}${name}`) ? files.read(`${folder}${name}`).toString('utf8') : null;
  return {
    flavours: Object.fromEntries(
      Object.entries(flavours).map(([name, value]) => [name, forwardSlashes(record(value))]),
    ),
    inputs,
    packages: {
      ...requirementVersions(read),
      ...(typeof python['python_version'] === 'string' ? { python: python['python_version'] } : {}),
    },
    code: [
      ...new Set(
        [python['code'], ...Object.values(flavours).map((value) => record(value)['code'])]
          .filter((code) => typeof code === 'string')
          .map((code) => code.replaceAll('\\', '/')),
      ),
    ],
    refusals,
  };
}

function readInputs(specs: readonly unknown[], refusals: string[]): ModelInput[] | null {
  if (specs.length === 0) return null;
  const inputs: ModelInput[] = [];
  for (const [at, spec] of specs.map(record).entries()) {
    const name = typeof spec['name'] === 'string' ? spec['name'] : null;
    const optional = spec['required'] === false || spec['optional'] === true;
    const type = String(spec['type']);
    if (type === 'tensor') {
      const tensor = record(spec['tensor-spec']);
      const shape = Array.isArray(tensor['shape']) ? (tensor['shape'] as unknown[]).map(Number) : [];
      const isColumn = name !== null && (shape.length === 1 || (shape.length === 2 && shape[1] === 1));
      if (isColumn) inputs.push({ name, type: tensorType(String(tensor['dtype'])), optional });
      else if (specs.length > 1 || shape.length !== 2 || shape[0] !== -1)
        refusals.push(
          `Its input ${name === null ? at : `\`${name}\``} is a tensor of shape (${shape.join(', ')}); a tensor of rows with shape (-1, n) can be scored.`,
        );
      continue;
    }
    const known = columnTypes[type];
    if (known === undefined)
      refusals.push(
        `Its input ${name === null ? at : `\`${name}\``} has the type ${type}; ${Object.keys(columnTypes).join(', ')} can be scored.`,
      );
    else inputs.push({ name: name ?? String(at), type: known, optional });
  }
  const isUnnamed = specs.every((spec) => typeof record(spec)['name'] !== 'string');
  return inputs.length === 0 || isUnnamed ? null : inputs;
}

function tensorType(dtype: string): InputType | null {
  if (/^u?int/.test(dtype)) return 'integer';
  if (dtype.startsWith('float')) return 'number';
  if (dtype === 'bool') return 'boolean';
  if (dtype.startsWith('datetime64')) return 'datetime';
  return /^(str|object|<?U)/.test(dtype) ? 'text' : null;
}

/** A parameter is never sent: the model uses its default. */
function refuseParam(param: Record<string, unknown>, refusals: string[]): void {
  const type = String(param['type'] ?? param['dtype']);
  if (!paramTypes.has(type))
    refusals.push(`Its parameter \`${String(param['name'])}\` has the type ${type}, which is not known.`);
}

/** The signature holds lists as texts of JSON. */
function list(value: unknown, path: string): unknown[] {
  const content = typeof value === 'string' ? parsed(() => JSON.parse(value) as unknown, path) : value;
  return Array.isArray(content) ? content : [];
}

function parsed(read: () => unknown, path: string): unknown {
  try {
    return read();
  } catch (error) {
    throw new DataError(`\`${path}\` cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Names of files in a flavour. */
const pathKeys = new Set(['data', 'model_path', 'pickled_model', 'code', 'model_data', 'env']);

function forwardSlashes(flavour: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(flavour).map(([key, value]) => [
      key,
      pathKeys.has(key) && typeof value === 'string' ? value.replaceAll('\\', '/') : value,
    ]),
  );
}

function record(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
