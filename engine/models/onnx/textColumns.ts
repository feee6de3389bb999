import type { Slot } from './graphInputs.ts';
import type { GraphNode, OnnxGraph } from './readGraph.ts';

/** A column of texts, as the operators that read it know it. */
export interface TextColumn {
  /** The text that stands for a missing one; null when there is none. */
  missing: string | null;
  /** A text that the graph knows. */
  known: string;
}

/**
 * The columns of the text inputs, by the names of the inputs. ONNX has no missing texts. skl2onnx exports an imputer that
 * replaces the empty text, and the category of missing values of a one-hot encoder as `nan` or `None`.
 */
export function textColumns(graph: OnnxGraph, slots: readonly Slot[]): Map<string, TextColumn[]> {
  const found = new Map(
    slots
      .filter(({ element }) => element === 'string')
      .map(({ name, width }) => [
        name,
        Array.from({ length: width ?? 0 }, (): TextColumn => ({ missing: null, known: '' })),
      ]),
  );
  // The columns that a tensor consists of. A node comes after those that it reads.
  const columns = new Map<string, TextColumn[]>(found);
  for (const node of columns.size === 0 ? [] : graph.nodes) {
    const read = columns.get(node.inputs[0] ?? '');
    if (!read) continue;
    for (const column of read) learn(column, node);
    const passed = passedColumns(node, read, columns, graph);
    if (passed) columns.set(node.outputs[0] ?? '', passed);
  }
  return found;
}

function learn(column: TextColumn, { operator, attributes }: GraphNode): void {
  if (operator === 'LabelEncoder' && attributes.get('keys_strings')?.texts.includes('')) column.missing ??= '';
  if (operator !== 'OneHotEncoder') return;
  const categories = attributes.get('cats_strings')?.texts ?? [];
  column.missing ??= ['nan', 'None'].find((text) => categories.includes(text)) ?? null;
  column.known = categories[0] ?? column.known;
}

/** The columns of the first output of a node that only moves columns; else null. */
function passedColumns(
  { operator, inputs }: GraphNode,
  read: TextColumn[],
  columns: ReadonlyMap<string, TextColumn[]>,
  { constants }: OnnxGraph,
): TextColumn[] | null {
  switch (operator) {
    case 'Identity':
    case 'Reshape':
      return read;
    case 'Concat': {
      const all = inputs.map((input) => columns.get(input));
      return all.every((each) => each !== undefined) ? all.flat() : null;
    }
    case 'Gather':
    case 'ArrayFeatureExtractor':
      return (constants.get(inputs[1] ?? '') ?? []).flatMap((index) => read[Number(index)] ?? []);
    default:
      return null;
  }
}
