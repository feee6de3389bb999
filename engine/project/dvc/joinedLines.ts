import type { Place } from '../../../protocol/problem.ts';
import { LineIndex } from '../lineIndex.ts';
import type { Located, Range } from '../located.ts';
import { movedTo } from './pythonText.ts';

/** Lines of several files: ranges behind the end of the first text are in the other files, one after another. */
export class JoinedLines extends LineIndex {
  readonly #others: { start: number; file: string; lines: LineIndex }[] = [];
  #end: number;

  constructor(text: string) {
    super(text);
    this.#end = text.length + 1;
  }

  /** Adds a file. Returns the offset of its first character. */
  add(file: string, text: string, lines: LineIndex): number {
    const start = this.#end;
    this.#others.push({ start, file, lines });
    this.#end += text.length + 1;
    return start;
  }

  override place(file: string, range: Range): Place {
    const other = this.#others.findLast(({ start }) => start <= range.start);
    return other
      ? other.lines.place(other.file, { start: range.start - other.start, end: range.end - other.start })
      : super.place(file, range);
  }
}

/** Moves all ranges of a tree by an offset. */
export function shifted(node: Located, by: number): Located {
  const move = ({ start, end }: Range): Range => ({ start: start + by, end: end + by });
  const range = move(node.range);
  if (node.kind === 'seq') return { ...node, range, items: node.items.map((item) => shifted(item, by)) };
  if (node.kind === 'map')
    return {
      ...node,
      range,
      entries: node.entries.map((entry) => ({
        ...entry,
        keyRange: move(entry.keyRange),
        value: shifted(entry.value, by),
      })),
    };
  return movedTo(node, range);
}
