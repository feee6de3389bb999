import { BrokenMessage, fieldsOf, floatsOf, textOf, varintsOf, type Bytes, type Field } from './protobuf.ts';

// The messages and numbers of fields are those of onnx.proto, version 1.23.

/** Types of elements as ONNX Runtime names them. `other` can neither be given nor taken. */
export type ElementType = (typeof elements)[keyof typeof elements] | 'other';

/** Numbers of `TensorProto.DataType`. */
const elements = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  11: 'float64',
  12: 'uint32',
} as const;

/** An input or an output of a graph. */
export interface GraphValue {
  name: string;
  /** `other`: a sequence, a map, an optional or a sparse tensor. */
  form: 'tensor' | 'other';
  element: ElementType;
  /** Number of the type in `TensorProto.DataType`. */
  elementCode: number;
  /** Null when the shape is not stated. A dimension is null when it is not fixed. */
  shape: (number | null)[] | null;
}

/** An attribute of a node, as far as it is needed to know classes, scores and missing values. */
export interface Attribute {
  texts: string[];
  integers: number[];
  floats: number[];
  text: string;
  integer: number;
  /** Values of an attribute that is a small tensor of texts or whole numbers. */
  tensor: string[] | null;
}

export interface GraphNode {
  operator: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, Attribute>;
}

/** The facts of an ONNX file without its weights. */
export interface OnnxGraph {
  irVersion: number;
  producer: string;
  producerVersion: string;
  /** Newest opset by domain; `ai.onnx` is the default domain. */
  opsets: Map<string, number>;
  metadata: Map<string, string>;
  /** Inputs that have no default. */
  inputs: GraphValue[];
  outputs: GraphValue[];
  nodes: GraphNode[];
  /** Small constants of texts or whole numbers, as texts, by name. */
  constants: Map<string, string[]>;
  /** Operators of the graph and of the graphs and functions inside it, as `domain:operator`. */
  operators: Set<string>;
  /** Functions that the model defines itself, in the same form. */
  functions: Set<string>;
  /** Files with weights, relative to the folder of the model. */
  external: Set<string>;
}

const smallTensor = 65_536;
const rawData = 9;
/** Attributes of ai.onnx.ml that are read. The others may hold millions of numbers of a forest. */
const neededAttributes = new Set([
  'classlabels_strings',
  'classlabels_int64s',
  'classlabels_ints',
  'class_weights',
  'post_transform',
  'prob_a',
  'n_targets',
  'keys_strings',
  'cats_strings',
  'norm',
]);

/** Reads a ModelProto. Throws BrokenMessage when the bytes are no ONNX model or are cut short. */
export function readGraph(bytes: Bytes): OnnxGraph {
  const graph: OnnxGraph = {
    irVersion: 0,
    producer: '',
    producerVersion: '',
    opsets: new Map(),
    metadata: new Map(),
    inputs: [],
    outputs: [],
    nodes: [],
    constants: new Map(),
    operators: new Set(),
    functions: new Set(),
    external: new Set(),
  };
  let found = false;
  for (const field of fieldsOf(bytes, 0, bytes.size)) {
    switch (field.number) {
      case 1:
        graph.irVersion = field.value;
        break;
      case 2:
        graph.producer = textOf(bytes, field);
        break;
      case 3:
        graph.producerVersion = textOf(bytes, field);
        break;
      case 7:
        readGraphProto(bytes, content(field), graph, true);
        found = true;
        break;
      case 8:
        readOpset(bytes, content(field), graph);
        break;
      case 14: {
        const [key = '', value = ''] = readTexts(bytes, content(field), 1, 2);
        graph.metadata.set(key, value);
        break;
      }
      case 25:
        readFunction(bytes, content(field), graph);
        break;
    }
  }
  if (!found || graph.outputs.length === 0) throw new BrokenMessage('the file has no graph with outputs');
  return graph;
}

function readOpset(bytes: Bytes, field: Field, graph: OnnxGraph): void {
  let domain = '';
  let version = 0;
  for (const part of fieldsOf(bytes, field.start, field.end)) {
    if (part.number === 1) domain = textOf(bytes, part);
    if (part.number === 2) version = part.value;
  }
  const name = domainName(domain);
  graph.opsets.set(name, Math.max(version, graph.opsets.get(name) ?? 0));
}

function readFunction(bytes: Bytes, field: Field, graph: OnnxGraph): void {
  const [name = '', domain = ''] = readTexts(bytes, field, 1, 10);
  graph.functions.add(`${domainName(domain)}:${name}`);
  for (const part of fieldsOf(bytes, field.start, field.end))
    if (part.number === 7) readNode(bytes, content(part), graph);
}

function readGraphProto(bytes: Bytes, field: Field, graph: OnnxGraph, isMain: boolean): void {
  const initialised = new Set<string>();
  const inputs: GraphValue[] = [];
  for (const part of fieldsOf(bytes, field.start, field.end)) {
    switch (part.number) {
      case 1: {
        const node = readNode(bytes, content(part), graph);
        if (isMain) graph.nodes.push(node);
        break;
      }
      case 5: {
        const { name, values } = readTensor(bytes, content(part), graph);
        initialised.add(name);
        if (isMain && values) graph.constants.set(name, values);
        break;
      }
      case 11:
        inputs.push(readValue(bytes, content(part)));
        break;
      case 12:
        if (isMain) graph.outputs.push(readValue(bytes, content(part)));
        break;
    }
  }
  // Before IR version 4 every initializer was an input too.
  if (isMain) graph.inputs = inputs.filter(({ name }) => !initialised.has(name));
}

function readNode(bytes: Bytes, field: Field, graph: OnnxGraph): GraphNode {
  const node: GraphNode = { operator: '', domain: '', inputs: [], outputs: [], attributes: new Map() };
  const attributes: Field[] = [];
  for (const part of fieldsOf(bytes, field.start, field.end)) {
    if (part.number === 1) node.inputs.push(textOf(bytes, part));
    if (part.number === 2) node.outputs.push(textOf(bytes, part));
    if (part.number === 4) node.operator = textOf(bytes, part);
    if (part.number === 5) attributes.push(content(part));
    if (part.number === 7) node.domain = textOf(bytes, part);
  }
  node.domain = domainName(node.domain);
  graph.operators.add(`${node.domain}:${node.operator}`);
  for (const attribute of attributes) {
    const name = attributeName(bytes, attribute);
    if (node.domain === 'ai.onnx.ml' && !neededAttributes.has(name)) continue;
    const read = readAttribute(bytes, attribute, graph);
    node.attributes.set(name, read);
    if (node.operator === 'Constant' && read.tensor) graph.constants.set(node.outputs[0] ?? '', read.tensor);
    if (node.operator === 'Constant' && name === 'value_ints')
      graph.constants.set(node.outputs[0] ?? '', read.integers.map(String));
  }
  return node;
}

function attributeName(bytes: Bytes, field: Field): string {
  for (const part of fieldsOf(bytes, field.start, field.end)) if (part.number === 1) return textOf(bytes, part);
  return '';
}

function readAttribute(bytes: Bytes, field: Field, graph: OnnxGraph): Attribute {
  const read: Attribute = { texts: [], integers: [], floats: [], text: '', integer: 0, tensor: null };
  for (const part of fieldsOf(bytes, field.start, field.end)) {
    switch (part.number) {
      case 3:
        read.integer = part.value;
        break;
      case 4:
        read.text = textOf(bytes, part);
        break;
      case 5:
      case 10:
        read.tensor = readTensor(bytes, content(part), graph).values;
        break;
      case 6:
      case 11:
        readGraphProto(bytes, content(part), graph, false);
        break;
      case 7:
        for (const value of floatsOf(bytes, part)) read.floats.push(value);
        break;
      case 8:
        for (const value of varintsOf(bytes, part)) read.integers.push(value);
        break;
      case 9:
        read.texts.push(textOf(bytes, part));
        break;
    }
  }
  return read;
}

function readTensor(bytes: Bytes, field: Field, graph: OnnxGraph): { name: string; values: string[] | null } {
  let name = '';
  let type = 0;
  const dimensions: number[] = [];
  const contents: Field[] = [];
  const location = new Map<string, string>();
  let isExternal = false;
  for (const part of fieldsOf(bytes, field.start, field.end)) {
    if (part.number === 1) for (const value of varintsOf(bytes, part)) dimensions.push(value);
    else if (part.number === 2) type = part.value;
    else if (part.number === 8) name = textOf(bytes, part);
    else if (part.number === 13) {
      const [key = '', value = ''] = readTexts(bytes, content(part), 1, 2);
      location.set(key, value);
    } else if (part.number === 14) isExternal = part.value === 1;
    else if (
      (part.number === 5 || part.number === 6 || part.number === 7 || part.number === rawData) &&
      contents.length < smallTensor
    )
      contents.push(part);
  }
  if (isExternal) graph.external.add(location.get('location') ?? '');
  const size = dimensions.reduce((product, each) => product * each, 1);
  if (isExternal || size > smallTensor) return { name, values: null };
  return { name, values: tensorValues(bytes, elementOf(type), contents) };
}

/** Values of a small tensor of texts or whole numbers, as texts; null for other types. */
function tensorValues(bytes: Bytes, element: ElementType, contents: readonly Field[]): string[] | null {
  switch (element) {
    case 'string':
      return contents.filter(({ number }) => number === 6).map((part) => textOf(bytes, part));
    case 'bool':
      return numbersOf(bytes, contents, 1, (raw, at) => raw[at] ?? 0).map((value) => String(value !== 0));
    case 'int32':
      return numbersOf(bytes, contents, 4, (raw, at) => raw.readInt32LE(at)).map(String);
    case 'int64':
      return numbersOf(bytes, contents, 8, (raw, at) => Number(raw.readBigInt64LE(at))).map(String);
    default:
      return null;
  }
}

function numbersOf(
  bytes: Bytes,
  contents: readonly Field[],
  width: number,
  read: (raw: Buffer, at: number) => number,
): number[] {
  return contents.flatMap((part) => {
    if (part.number !== rawData) return varintsOf(bytes, part);
    const raw = bytes.slice(part.start, part.end);
    return Array.from({ length: Math.floor(raw.length / width) }, (_, i) => read(raw, i * width));
  });
}

function readValue(bytes: Bytes, field: Field): GraphValue {
  const value: GraphValue = { name: '', form: 'other', element: 'other', elementCode: 0, shape: null };
  for (const part of fieldsOf(bytes, field.start, field.end)) {
    if (part.number === 1) value.name = textOf(bytes, part);
    if (part.number !== 2) continue;
    for (const type of fieldsOf(bytes, part.start, part.end)) {
      if (type.number !== 1) continue;
      value.form = 'tensor';
      for (const tensor of fieldsOf(bytes, type.start, type.end)) {
        if (tensor.number === 1) value.elementCode = tensor.value;
        if (tensor.number === 2) value.shape = readShape(bytes, content(tensor));
      }
      value.element = elementOf(value.elementCode);
    }
  }
  return value;
}

function readShape(bytes: Bytes, field: Field): (number | null)[] {
  const shape: (number | null)[] = [];
  for (const part of fieldsOf(bytes, field.start, field.end)) {
    let size: number | null = null;
    for (const each of fieldsOf(bytes, part.start, part.end))
      if (each.number === 1 && each.value > 0) size = each.value;
    shape.push(size);
  }
  return shape;
}

function readTexts(bytes: Bytes, field: Field, ...numbers: number[]): (string | undefined)[] {
  const texts: (string | undefined)[] = numbers.map(() => undefined);
  for (const part of fieldsOf(bytes, field.start, field.end)) {
    const at = numbers.indexOf(part.number);
    if (at >= 0) texts[at] = textOf(bytes, part);
  }
  return texts;
}

/** Throws BrokenMessage when a field that has content is a number: the bytes are something else. */
function content(field: Field): Field {
  if (field.wire !== 'bytes') throw new BrokenMessage(`no message is at byte ${field.from}`);
  return field;
}

function domainName(domain: string): string {
  return domain === '' ? 'ai.onnx' : domain;
}

function elementOf(code: number): ElementType {
  return (elements as Record<number, ElementType | undefined>)[code] ?? 'other';
}
