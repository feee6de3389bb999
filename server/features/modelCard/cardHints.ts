import { MarkupKind, type Hover, type InlayHint, type Position, type Range } from 'vscode-languageserver';
import { liveNumbers } from '../../../engine/project/modelCard/liveNumbers.ts';
import { metricDocs } from '../../../engine/evaluation/metrics.ts';
import { codeSpan } from '../safeMarkdown.ts';
import type { CardDocument } from './cardDocument.ts';

/** Behind each live number its value in the newest version. */
export function provideCardHints({ document, numbers }: CardDocument, { start, end }: Range): InlayHint[] {
  if (numbers === null) return [];
  const [from, to] = [document.offsetAt(start), document.offsetAt(end)];
  return liveNumbers(document.getText(), numbers)
    .filter((number) => number.end >= from && number.start <= to && number.value !== null)
    .map((number) => ({
      position: document.positionAt(number.end),
      label: `${number.value}`,
      paddingLeft: true,
      tooltip: `${numbers.model} v${numbers.version}`,
    }));
}

/** What the live number at the cursor is, and in which version. */
export function provideCardHover({ document, numbers }: CardDocument, position: Position): Hover | null {
  const offset = document.offsetAt(position);
  const found = liveNumbers(document.getText(), numbers).find(({ start, end }) => offset >= start && offset <= end);
  if (!found) return null;
  const metric = /^metrics\.([^.]+)/.exec(found.name)?.[1];
  const docs = metric === undefined ? null : (metricDocs(metric) ?? null);
  const value =
    numbers === null
      ? 'No version has been validated yet.'
      : found.value === null
        ? `${codeSpan(numbers.model)} v${numbers.version} has no such number.`
        : `**${found.value}** in ${codeSpan(numbers.model)} v${numbers.version}; on the card it is that of the version whose card it is.`;
  return {
    contents: {
      kind: MarkupKind.Markdown,
      value: [`live number ${codeSpan(found.name)}`, value, ...(docs === null ? [] : [docs])].join('\n\n'),
    },
    range: { start: document.positionAt(found.start), end: document.positionAt(found.end) },
  };
}
