import type { Range } from './located.ts';
import { lineAt, yamlLines, type YamlLine } from './yamlLines.ts';

/** Entries of a file that a syntax error makes unreadable, fully or partly. */
export interface LostEntries {
  /** Range of each entry, from its first to its last line: a stage, a field, or a top-level key. */
  ranges: Range[];
  /** Keys on the unreadable lines. */
  names: ReadonlySet<string>;
  /**
   * True when a finding can be a consequence of the error: it is in such an entry, or reports something missing around
   * it.
   */
  explain(code: string, range: Range): boolean;
}

/** Codes of findings about a missing key, item or value. */
const absence = new Set(['LW103', 'LW104', 'LW105']);
const nothing: LostEntries = { ranges: [], names: new Set(), explain: () => false };

/** Returns the entries around the unreadable text. */
export function lostEntries(text: string, lost: readonly Range[]): LostEntries {
  if (lost.length === 0) return nothing;
  const lines = yamlLines(text);
  const isLost = (line: YamlLine) => lost.some(({ start, end }) => line.start < end && line.end > start);
  const found = lost.map((range) => entryAround(lines, range));
  const names = new Set(
    lines
      .filter((line) => !line.empty && isLost(line))
      .flatMap(({ content }) => /^(?:-\s+)*["']?([^\s"':,{}[\]]+)/.exec(content)?.[1] ?? []),
  );
  return {
    ranges: found.map(({ range }) => range),
    names,
    explain: (code, { start, end }) =>
      found.some(({ range, header, section, indent }) => {
        if (start < range.end && Math.max(end, start + 1) > range.start) return true;
        if (!absence.has(code)) return false;
        // A lost top-level key is reported as missing in the file.
        if (header === null) return code === 'LW103' && (lines[lineAt(lines, start)]?.indent ?? 0) === 0;
        const line = lines[lineAt(lines, start)];
        if (!line || start < section.start || start >= section.end) return false;
        return line === header || (line.indent === indent && start === line.start + line.indent);
      }),
  };
}

interface Around {
  range: Range;
  /** Line of the section, such as `stages:`; null when the unreadable text starts at the margin. */
  header: YamlLine | null;
  section: Range;
  /** Column of the members of the section. */
  indent: number;
}

function entryAround(lines: readonly YamlLine[], lost: Range): Around {
  const first = lineAt(lines, lost.start);
  const last = lineAt(lines, Math.max(lost.start, lost.end - 1));
  const margin = (line: YamlLine | undefined) =>
    line !== undefined && !line.empty && line.indent === 0 && !/^(?:-(?:\s|$)|[}\]\t])/.test(line.content);
  const whole = { start: lines[first]?.start ?? 0, end: lines[last]?.next ?? lost.end };
  const at = lines.findLastIndex((line, i) => i <= first && margin(line));
  const header = lines[at];
  const after = lines.findIndex((line, i) => i > last && margin(line));
  const stop = after === -1 ? lines.length : after;
  const section = { start: header?.start ?? 0, end: lines[stop - 1]?.next ?? lost.end };
  if (!header) return { range: { start: 0, end: section.end }, header: null, section, indent: 0 };
  if (at === first) return { range: whole, header: null, section, indent: 0 };
  const member = lines.find((line, i) => i > at && i < stop && !line.empty && !line.content.startsWith('\t'));
  const indent = member?.indent ?? 0;
  const starts = (line: YamlLine) =>
    !line.empty && line.indent <= indent && !line.content.startsWith('\t') && !/^[}\]]/.test(line.content);
  const from = lines.findLastIndex((line, i) => i > at && i <= first && starts(line));
  const to = lines.findIndex((line, i) => i > last && i < stop && starts(line));
  return {
    range: {
      start: lines[from === -1 ? first : from]?.start ?? whole.start,
      end: lines[(to === -1 ? stop : to) - 1]?.next ?? whole.end,
    },
    header,
    section,
    indent,
  };
}
