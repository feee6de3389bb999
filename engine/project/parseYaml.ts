import type { Problem } from '../../protocol/problem.ts';
import { decodeText, maxConfigBytes, tooLarge } from './decodeText.ts';
import { LineIndex } from './lineIndex.ts';
import type { Located, Range } from './located.ts';
import { mostFindings } from './parseText.ts';
import { YamlParser } from './yamlParser.ts';

/** A parsed file. `root` is null when the file is empty, is not YAML, or is too large or too deep. */
export interface Parsed {
  file: string;
  text: string;
  root: Located | null;
  lines: LineIndex;
  problems: Problem[];
  /** Text that syntax errors make unreadable. `root` contains the rest. */
  lost: Range[];
  /** True when `${…}` in the texts is no reference: that of a dvc.yaml is resolved already, or is for the shell. */
  verbatim?: true;
}

/**
 * Parses YAML 1.2 with positions. Never throws: each error becomes a problem with its position. With the parser of an
 * earlier text, only changed parts are parsed.
 */
export function parseYaml(
  file: string,
  source: string | Uint8Array,
  parser: YamlParser = new YamlParser(),
  options: { keep?: boolean } = {},
): Parsed {
  let text = '';
  if (typeof source === 'string') {
    if (source.length > maxConfigBytes) return refused(file, source, tooLarge(source.length), 0);
    text = source.startsWith('\ufeff') ? source.slice(1) : source;
  } else {
    const decoded = decodeText(source);
    if ('error' in decoded)
      return refused(file, new TextDecoder('utf-8').decode(source.subarray(0, 1 << 20)), decoded.error, decoded.offset);
    text = decoded.text;
  }
  const lines = new LineIndex(text);
  const { root, findings, lost } = parser.parse(text, options);
  const problems = findings
    .slice(0, mostFindings)
    .map(({ code, range, message }): Problem => ({ ...lines.place(file, range), code, severity: 'error', message }));
  return { file, text, root, lines, problems, lost };
}

/** Returns a file that was rejected before parsing. */
function refused(file: string, text: string, message: string, offset: number): Parsed {
  const place = new LineIndex(text).place(file, { start: offset, end: offset + 1 });
  return {
    file,
    text: '',
    root: null,
    lines: new LineIndex(''),
    problems: [{ ...place, code: 'LW108', severity: 'error', message }],
    lost: [],
  };
}
