import type { Range as LspRange } from 'vscode-languageserver';
import type { LineIndex } from '../../engine/project/lineIndex.ts';
import type { Range } from '../../engine/project/located.ts';

/** A range of offsets in the editor's coordinates: lines and characters from 0. */
export function toLspRange(lines: LineIndex, range: Range): LspRange {
  const [start, end] = [lines.at(range.start), lines.at(range.end)];
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}
