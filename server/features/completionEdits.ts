import { CompletionItemKind, InsertTextFormat, type CompletionItem, type Range } from 'vscode-languageserver';
import type { Shape } from '../../engine/project/shape.ts';
import type { CompletionData } from '../../protocol/languageServer.ts';
import type { Cursor } from './cursor.ts';

/** The item with the range that it replaces. Its detail is shown even when no item is selected. */
export function replacing(
  { insertText, ...item }: CompletionItem,
  range: Range,
  { enterAccepts }: CompletionData,
): CompletionItem {
  const textEdit = { range, newText: insertText ?? item.label };
  const data: CompletionData = { enterAccepts };
  const labelDetails = item.detail === undefined ? {} : { labelDetails: { description: item.detail } };
  return { ...item, ...labelDetails, filterText: item.filterText ?? item.label, textEdit, data };
}

/**
 * True where Enter accepts the first item although none is selected: the beginning of a key without a colon is not a
 * complete line, and before a closing bracket or quote the cursor is not at the end of the line. Elsewhere Enter
 * inserts a line break.
 */
export function enterAccepts(
  cursor: Cursor,
  items: readonly CompletionItem[],
  after: string,
  values: readonly Shape[],
): boolean {
  const rest = /^[^\r\n]*/.exec(after)?.[0] ?? '';
  if (cursor.word === '' || cursor.hasColon) return false;
  if (/^\s*[\]},]|^["']/.test(rest)) return true;
  const isMapping = values.length > 0 && values.every(({ type }) => type === 'object');
  if (rest.trim() !== '' || cursor.on === 'value' || (cursor.on === 'item' && !isMapping)) return false;
  return items.some(({ kind, label }) => kind !== CompletionItemKind.Snippet && label.startsWith(cursor.word));
}

/** The editor repeats the indentation of the line; after the dash of a list item more is needed. */
export function indented(item: CompletionItem, indentation: string): CompletionItem {
  if (!item.insertText?.includes('\n')) return item;
  return { ...item, insertText: item.insertText.replaceAll('\n', `\n${indentation}`) };
}

/** The text of the item inside existing quotes. */
export function quotedItem(item: CompletionItem, quote: Cursor['quote']): CompletionItem {
  if (quote === '' || item.insertTextFormat === InsertTextFormat.Snippet) return item;
  const written = item.insertText ?? item.label;
  const plain = written.startsWith('"') ? String(JSON.parse(written)) : written;
  const inQuotes = quote === '"' ? JSON.stringify(plain).slice(1, -1) : plain.replaceAll("'", "''");
  return { ...item, insertText: inQuotes };
}
