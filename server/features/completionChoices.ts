import { CompletionItemKind, InsertTextFormat, type CompletionItem } from 'vscode-languageserver';
import type { Shape } from '../../engine/project/shape.ts';
import type { Cursor } from './cursor.ts';

/**
 * The kinds of a mapping of which the first key says what it is, such as the sources of `from`: each inserts all keys
 * that it requires, with the examples of the schema. Null for other mappings.
 */
export function choiceItems(shapes: readonly Shape[], cursor: Cursor): CompletionItem[] | null {
  const firsts = shapes.map((shape) => Object.keys(shape.properties ?? {})[0]);
  const isChoice =
    shapes.length > 1 &&
    new Set(firsts).size === firsts.length &&
    shapes.every(({ required }, i) => required?.includes(firsts[i] ?? ''));
  if (!isChoice || cursor.hasColon || cursor.quote !== '') return null;
  return shapes.map(({ properties = {}, required = [] }) => {
    const entries = Object.entries(properties).filter(([key]) => required.includes(key));
    const [[label = '', first] = []] = entries;
    const written = entries.map(([key, property], i) => `${key}: ${placeholder(property, i + 1, cursor.flow)}`);
    return {
      label,
      kind: CompletionItemKind.Property,
      detail: 'required',
      insertText: written.join(cursor.flow ? ', ' : '\n'),
      insertTextFormat: InsertTextFormat.Snippet,
      sortText: `0${label}`,
      ...(first?.description ? { documentation: first.description } : {}),
    };
  });
}

/** A place to type, filled with the first example. */
function placeholder({ examples = [], type }: Shape, number: number, flow: boolean): string {
  const [example] = examples;
  if (example === undefined) return `$${number}`;
  const isSpecial = (flow ? /[{}[\],]|: | #|^[&*!|>'"%@`]/ : /: | #|^[&*!|>'"%@`{[]/).test(example);
  const written = type === 'string' && isSpecial ? JSON.stringify(example) : example;
  const text = written.replaceAll(/[\\$}]/g, String.raw`\$&`);
  return `\${${number}:${text}}`;
}
