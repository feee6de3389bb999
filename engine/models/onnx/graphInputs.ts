import type { InputType, ModelInput } from '../flavours/flavour.ts';
import type { ElementType, GraphValue, OnnxGraph } from './readGraph.ts';

/** An input of the graph, and the columns of a table that it takes. */
export interface Slot {
  name: string;
  element: Exclude<ElementType, 'other'>;
  /** Number of columns; null when one input takes as many as there are. */
  width: number | null;
  /** True when the tensor has the rows as its only dimension. */
  isFlat: boolean;
}

export interface GraphInputs {
  slots: Slot[];
  /** Number of rows that the graph takes at once; null when any number will do. */
  batch: number | null;
  /** Names of the columns, in the order of the slots; null when the graph does not have them. */
  inputs: ModelInput[] | null;
  /** Number of columns; null when the graph takes any number. */
  width: number | null;
  refusals: string[];
}

/** Finds out which columns of a table the inputs of a graph take. */
export function graphInputs(graph: OnnxGraph): GraphInputs {
  const slots: Slot[] = [];
  const refusals: string[] = [];
  const batches = new Set<number>();
  for (const input of graph.inputs) {
    const slot = slotOf(input);
    if (typeof slot === 'string') {
      refusals.push(slot);
      continue;
    }
    const rows = input.shape?.[0] ?? null;
    if (rows !== null) batches.add(rows);
    if (slot.width === null && graph.inputs.length > 1)
      refusals.push(`The input \`${input.name}\` does not state its number of columns. Export it with a fixed width.`);
    slots.push(slot);
  }
  if (graph.inputs.length === 0) refusals.push('The graph has no inputs.');
  if (batches.size > 1)
    refusals.push(`The inputs take ${[...batches].join(' and ')} rows at once. Export the graph with one batch size.`);
  const width = slots.reduce<number | null>(
    (sum, slot) => (sum === null || slot.width === null ? null : sum + slot.width),
    0,
  );
  return { slots, batch: [...batches][0] ?? null, inputs: namedInputs(graph, slots, width), width, refusals };
}

/** Returns a sentence when a table cannot give the input. */
function slotOf({ name, form, element, elementCode, shape }: GraphValue): Slot | string {
  if (form !== 'tensor') return `The input \`${name}\` is a sequence or a map, and a row of a table is neither.`;
  if (element === 'other')
    return `The input \`${name}\` has elements of the ONNX type ${elementCode}. Export it with float, double, int64, bool or string.`;
  const rank = shape?.length ?? 2;
  if (rank === 0 || rank > 2)
    return `The input \`${name}\` has ${rank} dimensions, and a table has rows and columns. Models of images, text and series are not scored.`;
  const columns = shape?.[1] ?? null;
  if (rank === 1 && (shape?.[0] ?? 1) > 1)
    return `The input \`${name}\` takes one row of ${shape?.[0]} numbers without a dimension for rows. Export it with a batch dimension.`;
  return { name, element, width: rank === 1 ? 1 : columns, isFlat: rank === 1 };
}

/** One input per column is named after its column. A single input takes the names that its exporter wrote beside it. */
function namedInputs(graph: OnnxGraph, slots: readonly Slot[], width: number | null): ModelInput[] | null {
  if (slots.length > 1 && slots.every((slot) => slot.width === 1))
    return slots.map(({ name, element }) => ({ name, type: typeOf(element), optional: false }));
  const columns = slots.flatMap((slot) => Array.from({ length: slot.width ?? 0 }, () => typeOf(slot.element)));
  const names = writtenNames(graph.metadata);
  if (names === null || names.length !== width) return null;
  return names.map((name, i) => ({ name, type: columns[i] ?? null, optional: false }));
}

/** Names of features from `feature_names` of the metadata: a list of JSON, or names between commas. */
function writtenNames(metadata: ReadonlyMap<string, string>): string[] | null {
  const text = metadata.get('feature_names');
  if (text === undefined) return null;
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : null;
  } catch {
    return text.split(',').map((name) => name.trim());
  }
}

function typeOf(element: Slot['element']): InputType {
  switch (element) {
    case 'float32':
    case 'float64':
      return 'number';
    case 'string':
      return 'text';
    case 'bool':
      return 'boolean';
    default:
      return 'integer';
  }
}
