import { bytesOf, encodeBytes, encodeNumber, fieldsOf, textOf, type Bytes, type Field } from './protobuf.ts';
import type { GraphNode } from './readGraph.ts';

/**
 * Returns a model whose scores are tensors: the given nodes are left out, and what they read becomes an output of the
 * graph. Everything else keeps its bytes.
 */
export function withoutZipMaps(model: Buffer, zipMaps: readonly GraphNode[]): Buffer {
  const bytes = bytesOf(model);
  return Buffer.concat(
    [...fieldsOf(bytes, 0, model.length)].map((field) =>
      field.number === 7 ? encodeBytes(7, editedGraph(bytes, field, zipMaps)) : whole(model, field),
    ),
  );
}

function editedGraph(bytes: Bytes, graph: Field, zipMaps: readonly GraphNode[]): Buffer {
  const removed = new Set(zipMaps.flatMap(({ outputs }) => outputs));
  const parts: Buffer[] = [];
  const kept = new Set<string>();
  for (const field of fieldsOf(bytes, graph.start, graph.end)) {
    if (field.number === 1 && textsOf(bytes, field, 2).some((output) => removed.has(output))) continue;
    if (field.number === 12) {
      const [name = ''] = textsOf(bytes, field, 1);
      if (removed.has(name)) continue;
      kept.add(name);
    }
    parts.push(bytes.slice(field.from, field.end));
  }
  const added = [...new Set(zipMaps.map(({ inputs }) => inputs[0] ?? ''))].filter((name) => !kept.has(name));
  return Buffer.concat([...parts, ...added.map((name) => encodeBytes(12, floatTensor(name)))]);
}

/** A ValueInfoProto of a tensor of floats of any shape. */
function floatTensor(name: string): Buffer {
  const type = encodeBytes(1, encodeNumber(1, 1));
  return Buffer.concat([encodeBytes(1, Buffer.from(name)), encodeBytes(2, type)]);
}

function textsOf(bytes: Bytes, field: Field, number: number): string[] {
  return [...fieldsOf(bytes, field.start, field.end)]
    .filter((part) => part.number === number)
    .map((part) => textOf(bytes, part));
}

function whole(model: Buffer, { from, end }: Field): Buffer {
  return model.subarray(from, end);
}
