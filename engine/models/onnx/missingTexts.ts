import type { GraphNode, OnnxGraph } from './readGraph.ts';
import type { Slot } from './graphInputs.ts';

/** A column of an input. */
interface Source {
  input: string;
  column: number;
}

/**
 * The text that stands for a missing one, by the columns of the text inputs; null where the graph has none. ONNX has no
 * missing texts. skl2onnx exports an imputer that replaces the empty text, and the category of missing values of a
 * one-hot encoder as `nan` or `None`.
 */
export function missingTexts(graph: OnnxGraph, slots: readonly Slot[]): Map<string, (string | null)[]> {
  const missing = new Map<string, (string | null)[]>();
  const columns = new Map<string, Source[]>();
  for (const { name, element, width } of slots) {
    if (element !== 'string') continue;
    missing.set(
      name,
      Array.from({ length: width ?? 0 }, () => null),
    );
    columns.set(
      name,
      Array.from({ length: width ?? 0 }, (_, column) => ({ input: name, column })),
    );
  }
  if (columns.size === 0) return missing;
  // The nodes of a graph are sorted: each comes after those that it reads.
  for (const node of graph.nodes) {
    const text = missingTextOf(node);
    const sources = columns.get(node.inputs[0] ?? '') ?? [];
    for (const { input, column } of text === null ? [] : sources) {
      const texts = missing.get(input);
      if (texts) texts[column] ??= text;
    }
    const passed = passedColumns(node, columns, graph);
    if (passed) columns.set(node.outputs[0] ?? '', passed);
  }
  return missing;
}

function missingTextOf({ operator, attributes }: GraphNode): string | null {
  if (operator === 'LabelEncoder') return attributes.get('keys_strings')?.texts.includes('') ? '' : null;
  if (operator !== 'OneHotEncoder') return null;
  const categories = attributes.get('cats_strings')?.texts ?? [];
  return ['nan', 'None'].find((text) => categories.includes(text)) ?? null;
}

/** The columns of the first output of a node that only moves columns; else null. */
function passedColumns(
  { operator, inputs }: GraphNode,
  columns: ReadonlyMap<string, Source[]>,
  { constants }: OnnxGraph,
): Source[] | null {
  const first = columns.get(inputs[0] ?? '');
  if (!first) return null;
  switch (operator) {
    case 'Identity':
    case 'Reshape':
      return first;
    case 'Concat': {
      const all = inputs.map((input) => columns.get(input));
      return all.every((each) => each !== undefined) ? all.flat() : null;
    }
    case 'Gather':
    case 'ArrayFeatureExtractor':
      return (constants.get(inputs[1] ?? '') ?? []).flatMap((index) => first[Number(index)] ?? []);
    default:
      return null;
  }
}
