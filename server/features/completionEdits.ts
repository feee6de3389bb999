import { CompletionItemKind, InsertTextFormat, type CompletionItem, type Range } from 'vscode-languageserver';
import type { Shape } from '../../engine/project/shape.ts';
import type { CompletionData } from '../../protocol/languageServer.ts';
import type { Cursor } from './cursor.ts';

/** The item with the place that it replaces. Its detail is shown beside it though no item is chosen. */
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
 * True where Enter accepts the first item that is shown, even though none is chosen: the start of a key without its
 * colon is no line yet, and before a closing bracket or quote the line is not at its end. Elsewhere Enter makes a
 * new line.
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

/** The editor repeats the indentation of the line; behind the dash of a list item more is needed. */
export function indented(item: CompletionItem, indentation: string): CompletionItem {
  if (!item.insertText?.includes('\n')) return item;
  return { ...item, insertText: item.insertText.replaceAll('\n', `\n${indentation}`) };
}

/** The item as it has to be written inside quotes that are there already. */
export function quotedItem(item: CompletionItem, quote: Cursor['quote']): CompletionItem {
  if (quote === '' || item.insertTextFormat === InsertTextFormat.Snippet) return item;
  const written = item.insertText ?? item.label;
  const plain = written.startsWith('"') ? String(JSON.parse(written)) : written;
  const inQuotes = quote === '"' ? JSON.stringify(plain).slice(1, -1) : plain.replaceAll("'", "''");
  return { ...item, insertText: inQuotes };
}
