import { DataError, WorkError } from '../../base/errors.ts';
import type { Table } from '../../data/table.ts';
import type { InputType, ModelInput, RawAnswers, TypedInput } from '../flavours/flavour.ts';
import { RowError } from '../rowError.ts';
import type { RemoteAddress } from './address.ts';
import { answersOf, checkRows } from './answers.ts';
import { cellsOf, type Cell } from './cells.ts';
import type { ModelServer } from './modelServer.ts';
import type { RemoteProtocol } from './protocol.ts';

// The Open Inference Protocol, version 2 of KServe's, as Triton, MLServer, KServe and OpenVINO speak it over REST.

interface Tensor {
  name: string;
  datatype: string;
  /** -1 is a dimension of any size. */
  shape: number[];
}

interface Metadata {
  name: string;
  versions?: string[];
  platform: string;
  inputs: Tensor[];
  outputs: Tensor[];
}

/** How rows become tensors. */
type Layout =
  /** One tensor with a row each; `width` is null when the model takes any number of columns. */
  | { kind: 'tensor'; input: Tensor; width: number | null }
  /** One tensor a column; `inputs` is empty when the model does not name them. */
  | { kind: 'columns'; inputs: Tensor[] };

export const openInference: RemoteProtocol = {
  name: 'open-inference',
  async isSpoken(server) {
    const { status, text } = await server.get('/v2');
    const parsed = objectIn(text);
    return status === 200 && typeof parsed?.['name'] === 'string';
  },
  async connect(server, address) {
    const name = address.model ?? (await onlyModel(server));
    const version = address.modelVersion === null ? '' : `/versions/${encodeURIComponent(address.modelVersion)}`;
    const path = `/v2/models/${encodeURIComponent(name)}${version}`;
    const metadata = await metadataOf(server, path, name);
    const layout = layoutOf(metadata);
    const wanted = wantedOutput(metadata, address);
    const product = objectIn((await server.get('/v2')).text);
    const server_ = [product?.['name'], product?.['version']].filter((part) => typeof part === 'string').join(' ');
    return {
      description: {
        algorithm: metadata.platform === '' ? `model ${name}` : `model ${name} (${metadata.platform})`,
        runtime: `${server_ || 'Open Inference Protocol'} at ${server.shown}`,
        inputs: layout.kind === 'columns' && layout.inputs.length > 0 ? layout.inputs.map(inputOf) : null,
        width: layout.kind === 'tensor' ? layout.width : null,
        kind: null,
        classes: null,
        scores: 'none',
        packages: {},
        warnings: [],
      },
      mostRows: rowsOfRequest(metadata),
      async ask(table, inputs, signal) {
        const body = {
          ...(layout.kind === 'columns' ? { parameters: { content_type: 'pd' } } : {}),
          inputs:
            layout.kind === 'columns'
              ? columnTensors(table, inputs, layout.inputs)
              : [oneTensor(table, inputs, layout)],
          ...(wanted === null ? {} : { outputs: [{ name: wanted }] }),
        };
        return answersIn(await server.score(`${path}/infer`, body, signal), table.rows, wanted, server.shown);
      },
    };
  },
};

/** The only model of a server. The index of the repository is an extension that Triton and MLServer have. */
async function onlyModel(server: ModelServer): Promise<string> {
  const { status, text } = await server.post('/v2/repository/index', {});
  const parsed = status === 200 ? listIn(text) : null;
  const names = (parsed ?? []).flatMap((item) => {
    const name = typeof item === 'object' && item !== null && 'name' in item ? item.name : null;
    return typeof name === 'string' ? [name] : [];
  });
  const [only, ...others] = [...new Set(names)];
  if (only !== undefined && others.length === 0) return only;
  throw new WorkError(
    only === undefined
      ? `${server.shown} does not list its models. Write the name of the model in \`model\`.`
      : `${server.shown} has several models: ${[only, ...others].join(', ')}. Write one of them in \`model\`.`,
  );
}

async function metadataOf(server: ModelServer, path: string, name: string): Promise<Metadata> {
  const answer = await server.get(path);
  if (answer.status !== 200) throw server.refusal(path, answer);
  const parsed = objectIn(answer.text);
  if (!parsed) throw new WorkError(`${server.shown}${path} does not answer with the metadata of \`${name}\`.`);
  const tensors = (value: unknown) => (Array.isArray(value) ? value.flatMap((item) => tensorIn(item) ?? []) : []);
  return {
    name,
    platform: typeof parsed['platform'] === 'string' ? parsed['platform'] : '',
    inputs: tensors(parsed['inputs']),
    outputs: tensors(parsed['outputs']),
  };
}

function tensorIn(value: unknown): Tensor | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, datatype, shape } = value as Record<string, unknown>;
  if (typeof name !== 'string' || typeof datatype !== 'string') return null;
  return { name, datatype, shape: Array.isArray(shape) ? shape.map(Number) : [] };
}

function layoutOf({ name, inputs }: Metadata): Layout {
  const [only, ...others] = inputs;
  for (const { name: input, datatype, shape } of inputs) {
    if (typeOf(datatype) === null)
      throw new WorkError(
        `The input \`${input}\` of \`${name}\` has the type ${datatype}, which a column cannot have.`,
      );
    if (shape.length > 2 || (shape[0] !== undefined && shape[0] !== -1 && shape[0] !== 1))
      throw new WorkError(
        `The input \`${input}\` of \`${name}\` has the shape [${shape.join(', ')}]. Columns [-1], and one table [-1, k], can be sent.`,
      );
  }
  if (only && others.length === 0 && only.shape.length === 2 && only.shape[1] !== 1 && only.datatype !== 'BYTES') {
    const width = only.shape[1] ?? -1;
    return { kind: 'tensor', input: only, width: width === -1 ? null : width };
  }
  const wide = inputs.find(({ shape }) => shape.length === 2 && shape[1] !== 1);
  if (wide)
    throw new WorkError(
      `The input \`${wide.name}\` of \`${name}\` has the shape [${wide.shape.join(', ')}] beside other inputs. Inputs with one value a row can be sent.`,
    );
  return { kind: 'columns', inputs };
}

/** A model without a dimension for rows takes them one by one. */
function rowsOfRequest({ inputs }: Metadata): number {
  return inputs.some(({ shape }) => shape[0] === 1) ? 1 : 1000;
}

/**
 * The output to ask for: the one that the project names; else one with a score a class, which is worth more than the
 * class; null asks for what the server returns by default.
 */
function wantedOutput({ name, outputs }: Metadata, { output }: RemoteAddress): string | null {
  if (output !== null) {
    const names = outputs.map((tensor) => tensor.name);
    if (names.length > 0 && !names.includes(output))
      throw new WorkError(
        `\`${name}\` has no output \`${output}\`, which \`output\` names. It has ${names.join(', ')}.`,
      );
    return output;
  }
  const scores = outputs.find(({ datatype, shape }) => isFloat(datatype) && shape.length === 2 && shape[1] !== 1);
  return (scores ?? (outputs.length > 1 ? outputs[0] : undefined))?.name ?? null;
}

function inputOf({ name, datatype }: Tensor): ModelInput {
  return { name, type: typeOf(datatype), optional: false };
}

function isFloat(datatype: string): boolean {
  return /^(FP16|FP32|FP64|BF16)$/.test(datatype);
}

function typeOf(datatype: string): InputType | null {
  if (isFloat(datatype)) return 'number';
  if (/^U?INT(8|16|32|64)$/.test(datatype)) return 'integer';
  if (datatype === 'BOOL') return 'boolean';
  return datatype === 'BYTES' ? 'text' : null;
}

function columnTensors(table: Table, inputs: readonly TypedInput[], declared: readonly Tensor[]) {
  const byName = new Map(declared.map((tensor) => [tensor.name, tensor]));
  return inputs.map((input) => {
    const cells = cellsOf(table, input);
    const tensor = byName.get(input.name);
    const datatype = tensor?.datatype ?? usualDatatype(input.type, cells);
    const data = datatype === 'BYTES' ? cells.map((cell) => (cell === null ? null : String(cell))) : cells;
    checkMissing(cells, input.name, datatype);
    return {
      name: input.name,
      shape: tensor?.shape.length === 2 ? [table.rows, 1] : [table.rows],
      datatype,
      ...(datatype === 'BYTES' ? { parameters: { content_type: input.type === 'datetime' ? 'datetime' : 'str' } } : {}),
      data,
    };
  });
}

function usualDatatype(type: InputType, cells: readonly Cell[]): string {
  if (type === 'boolean') return cells.includes(null) ? 'FP64' : 'BOOL';
  if (type === 'integer') return cells.includes(null) ? 'FP64' : 'INT64';
  return type === 'number' ? 'FP64' : 'BYTES';
}

/** Only numbers with a fraction have a form for missing values. */
function checkMissing(cells: readonly Cell[], name: string, datatype: string): void {
  const row = isFloat(datatype) || datatype === 'BYTES' ? -1 : cells.indexOf(null);
  if (row !== -1) throw new RowError(row, `${name} is missing, and the model takes ${datatype}, which cannot be`);
}

function oneTensor(table: Table, inputs: readonly TypedInput[], { input, width }: Layout & { kind: 'tensor' }) {
  if (width !== null && width !== inputs.length)
    throw new DataError(`The model takes ${width} numbers a row, and the data has ${inputs.length} features.`);
  const columns = inputs.map((typed) => {
    if (typed.type === 'text' || typed.type === 'datetime')
      throw new DataError(
        `The model takes one table of numbers (\`${input.name}\`), and ${typed.name} is a ${typed.type} column. Prepare it as a number, or serve a model that takes columns.`,
      );
    const cells = cellsOf(table, typed).map((cell) =>
      typeof cell === 'boolean' && input.datatype !== 'BOOL' ? Number(cell) : cell,
    );
    checkMissing(cells, typed.name, input.datatype);
    return cells;
  });
  const data = Array.from({ length: table.rows }, (_, row) => columns.map((column) => column[row] ?? null)).flat();
  return { name: input.name, shape: [table.rows, inputs.length], datatype: input.datatype, data };
}

function answersIn(answer: unknown, rows: number, wanted: string | null, shown: string): RawAnswers {
  const outputs =
    typeof answer === 'object' && answer !== null && 'outputs' in answer && Array.isArray(answer.outputs)
      ? (answer.outputs as unknown[])
      : [];
  const found = outputs.find((output) => wanted === null || tensorIn(output)?.name === wanted);
  const tensor = tensorIn(found);
  const data = (found as { data?: unknown } | undefined)?.data;
  if (!tensor || !Array.isArray(data))
    throw new WorkError(`${shown} does not answer with an output that holds predictions.`);
  const flat = (data as unknown[]).flat(Infinity);
  checkRows(tensor.shape[0] ?? flat.length, rows, shown);
  const width = rows === 0 ? 1 : flat.length / rows;
  if (!Number.isInteger(width) || width === 0) checkRows(flat.length, rows, shown);
  return answersOf(
    width === 1 ? flat : Array.from({ length: rows }, (_, row) => flat.slice(row * width, (row + 1) * width)),
    null,
    shown,
  );
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function listIn(text: string): unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
