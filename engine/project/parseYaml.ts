import type { Problem } from '../../protocol/problem.ts';
import { decodeText, maxConfigBytes, tooLarge } from './decodeText.ts';
import { LineIndex } from './lineIndex.ts';
import type { Located, Range } from './located.ts';
import { mostFindings } from './parseText.ts';
import { YamlParser } from './yamlParser.ts';

/** A parsed file. `root` is null when the file is empty, cannot be read as YAML or is refused for its size or depth. */
export interface Parsed {
  file: string;
  text: string;
  root: Located | null;
  lines: LineIndex;
  problems: Problem[];
  /** The text that mistakes make unreadable; `root` is what can be read beside it. */
  lost: Range[];
}

/**
 * Parses YAML 1.2 with positions. Never throws: whatever is wrong becomes a problem at its place. With a parser of an
 * earlier text, only what changed is parsed.
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

/** A file whose text is not even looked at. */
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
