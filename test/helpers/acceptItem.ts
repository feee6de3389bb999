import type { CompletionItem } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';

/**
 * The text after an item was accepted, as the editor does it: further lines get the indentation of the line,
 * placeholders their defaults.
 */
export function acceptItem(text: string, { label, textEdit, insertTextFormat }: CompletionItem): string {
  if (!textEdit || !('range' in textEdit)) throw new Error(`the item ${label} does not say what it replaces`);
  const document = TextDocument.create('memory:/text', 'yaml', 0, text);
  const line = text.split('\n')[textEdit.range.start.line] ?? '';
  const indentation = /^\s*/.exec(line)?.[0] ?? '';
  const inserted = insertTextFormat === 2 ? expandSnippet(textEdit.newText) : textEdit.newText;
  return TextDocument.applyEdits(document, [
    { range: textEdit.range, newText: inserted.replaceAll('\n', `\n${indentation}`) },
  ]);
}

/** A snippet with every placeholder left as offered. */
export function expandSnippet(snippet: string): string {
  let text = snippet;
  let before: string;
  do {
    before = text;
    text = text
      .replace(/\$\{\d+\|([^,|]*)[^|]*\|\}/g, '$1')
      .replace(/(^|[^\\])\$\{\d+:((?:\\.|[^{}\\]|\{[^{}]*\})*)\}/g, '$1$2');
  } while (text !== before);
  return text.replace(/\$\{?0\}?/g, '').replace(/\\([$}\\])/g, '$1');
}
