import { CompletionItemKind, type CompletionItem, type CompletionList, type Position } from 'vscode-languageserver';
import { liveNumbers, numberNames } from '../../../engine/project/modelCard/liveNumbers.ts';
import { cardHeadings, cardHeadingsIn, partOf } from '../../../engine/project/modelCard/writtenCard.ts';
import { replacing } from '../completionEdits.ts';
import type { CardDocument } from './cardDocument.ts';

/** In `{{ … }}` the numbers of the newest version, with their values; in a heading the parts that are not written yet. */
export function provideCardCompletion({ document, numbers }: CardDocument, position: Position): CompletionList | null {
  const text = document.getText();
  const offset = document.offsetAt(position);
  const line = text.slice(document.offsetAt({ line: position.line, character: 0 }), offset);
  const complete = (items: CompletionItem[], start: number, end: number): CompletionList => {
    const range = { start: document.positionAt(start), end: document.positionAt(end) };
    return { isIncomplete: false, items: items.map((item) => replacing(item, range, { enterAccepts: false })) };
  };
  const [, word] = /\{\{[ \t]*([\w.]*)$/.exec(line) ?? [];
  if (word !== undefined) {
    if (numbers === null) return null;
    const [, rest = '', closing = ''] = /^([\w.]*)([ \t]*\}\})?/.exec(text.slice(offset, offset + 200)) ?? [];
    const items = numberNames(numbers).flatMap((name): CompletionItem[] => {
      const [found] = liveNumbers(`{{ ${name} }}`, numbers);
      // What this version does not have would stay as it is written.
      if (found === undefined || found.value === null) return [];
      const closed = closing === '' ? `${name} }}` : `${name}${closing}`;
      return [{ label: name, kind: CompletionItemKind.Variable, detail: found.value, insertText: closed }];
    });
    return complete(items, offset - word.length, offset + rest.length + closing.length);
  }
  const [, title] = /^ {0,3}#{1,6}[ \t]+(.*)$/.exec(line) ?? [];
  if (title === undefined) return null;
  const written = new Set(
    cardHeadingsIn(text).flatMap((heading) =>
      heading.end >= offset - title.length && heading.start <= offset ? [] : (partOf(heading.title) ?? []),
    ),
  );
  const items = Object.entries(cardHeadings).flatMap(([part, [name]]): CompletionItem[] =>
    written.has(part as keyof typeof cardHeadings)
      ? []
      : [{ label: name, kind: CompletionItemKind.Reference, detail: 'part of the model card' }],
  );
  return items.length === 0 ? null : complete(items, offset - title.length, offset);
}
