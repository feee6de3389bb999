import { parseText, type Finding, type ParsedText } from './parseText.ts';
import type { Range } from './located.ts';
import { blankOut, lineAt, yamlLines } from './yamlLines.ts';
import { findMistake } from './findMistake.ts';
import type { YamlMistake } from './yamlMistake.ts';

/** Number of errors after which the rest of the text is not checked. */
const mostMistakes = 20;

/**
 * Parses a text with syntax errors. Each is reported once, at its cause, and the text it makes unreadable is left out,
 * so that the rest is parsed on its own. A text without errors is parsed normally.
 */
export function recoverText(text: string, depth = 0, whole: ParsedText = parseText(text, depth)): ParsedText {
  if (!whole.findings.some(({ code }) => code === 'LW100')) return whole;
  const told: Finding[] = [];
  const lost: Range[] = [];
  let [left, parsed] = [text, whole];
  while (told.length < mostMistakes) {
    const errors = parsed.findings.filter(({ code }) => code === 'LW100');
    const [first] = errors.toSorted((a, b) => a.range.start - b.range.start);
    if (!first) return { ...parsed, findings: [...told, ...parsed.findings], lost };
    const shown = byLayout(left, first, errors.length, depth);
    const mistake = shown?.mistake ?? asParsed(left, first);
    const rest = blankOut(left, mistake.lost);
    told.push({ code: 'LW100', range: mistake.range, message: mistake.message });
    lost.push(mistake.lost);
    if (rest === left) break;
    left = rest;
    parsed = shown?.rest ?? parseText(left, depth);
  }
  return { root: null, findings: told, anchored: parsed.anchored, lost: [{ start: 0, end: text.length }] };
}

/** Returns the error found by the layout, when leaving it out lets the parser continue further. */
function byLayout(
  text: string,
  first: Finding,
  count: number,
  depth: number,
): { mistake: YamlMistake; rest: ParsedText } | null {
  const mistake = findMistake(text);
  if (!mistake) return null;
  const rest = parseText(blankOut(text, mistake.lost), depth);
  const after = rest.findings.filter(({ code }) => code === 'LW100');
  const further = after.length === 0 || Math.min(...after.map(({ range }) => range.start)) > first.range.start;
  return further || after.length < count ? { mistake, rest } : null;
}

/** Returns the parser's error, with the line it could not read and the lines that belong to it. */
function asParsed(text: string, { range, message, secondDocument = false }: Finding): YamlMistake {
  let at = Math.min(range.start, text.length - 1);
  while (at > 0 && /\s/.test(text[at] ?? ' ')) at--;
  const lines = yamlLines(text);
  const i = lineAt(lines, at);
  const line = lines[i];
  const start = line ? Math.max(at, line.start + line.indent) : at;
  const end = line ? Math.min(Math.max(range.end, start + 1), line.end) : start + 1;
  if (secondDocument) {
    // An accidental line of dashes still leaves one file. Of two documents, only the first counts.
    const dashes = { start, end: line?.end ?? start };
    return {
      range: { start, end: start + 3 },
      message,
      lost: parseText(blankOut(text, dashes)).findings.length === 0 ? dashes : { start, end: text.length },
    };
  }
  const next = lines.findIndex((one, at) => at > i && !one.empty && one.indent <= (line?.indent ?? 0));
  return {
    range: { start, end: Math.max(end, start + 1) },
    message,
    lost: { start: line?.start ?? 0, end: lines[(next === -1 ? lines.length : next) - 1]?.end ?? text.length },
  };
}
