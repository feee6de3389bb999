import { CompletionItemKind, InsertTextFormat, type CompletionItem } from 'vscode-languageserver';
import { nodeAt, type Located } from '../../engine/project/located.ts';
import type { KeyPath } from '../../engine/project/schemaPath.ts';
import type { FileKind } from '../../engine/project/shape.ts';
import dataset from '../../snippets/dataset.json' with { type: 'json' };
import experiment from '../../snippets/experiment.json' with { type: 'json' };
import project from '../../snippets/project.json' with { type: 'json' };

/** A text with placeholders. The editor's own snippets ignore the position in a file, so the server offers these. */
interface Snippet {
  prefix: string;
  /** The section of its entries; empty for keys of the file, `file` for a whole file. */
  at: string;
  description: string;
  body: readonly string[];
}

const snippets: Record<FileKind, readonly Snippet[]> = {
  project: Object.values(project),
  experiment: Object.values(experiment),
  dataset: Object.values(dataset),
};

interface SnippetPlace {
  kind: FileKind;
  root: Located | null;
  /** The path of the mapping or list that the entry belongs to. */
  path: KeyPath;
  flow: boolean;
  /** True after the dash of a list item, or inside `[…]`. */
  isItem: boolean;
}

/** The snippets whose entries can begin at a place. Snippets of several lines are not offered inside brackets. */
export function snippetItems(place: SnippetPlace): CompletionItem[] {
  return snippets[place.kind]
    .filter((snippet) => belongs(snippet, place))
    .map(({ prefix, description, body }) => {
      const lines = place.isItem ? body.map((line) => line.slice(2)) : body;
      const text = lines.join('\n');
      const shown = text.replaceAll(/\$\{\d+[:|]([^,|}]*)[^}]*\}/g, '$1');
      return {
        label: prefix,
        kind: CompletionItemKind.Snippet,
        detail: description,
        documentation: { kind: 'markdown', value: `\`\`\`yaml\n${shown}\n\`\`\`` },
        insertText: text,
        insertTextFormat: InsertTextFormat.Snippet,
        sortText: `~${prefix}`,
      };
    });
}

function belongs({ at, body }: Snippet, { root, path, flow, isItem }: SnippetPlace): boolean {
  const [first = ''] = body;
  if (first.startsWith('- ') ? flow && !isItem : isItem) return false;
  // A key with brackets would need quotes there.
  if (flow && (body.length > 1 || first.includes(']:'))) return false;
  if (path.length === 0) {
    const present = root?.kind === 'map' ? root.entries.map(({ key }) => key) : [];
    return at === 'file' ? present.length <= 1 : at === '' && !present.includes(first.split(':')[0] ?? '');
  }
  if (at === '' || at === 'file' || path.at(-1) !== at) return false;
  // `gates` and `when` are inside stages and policies; the other sections are keys of the file.
  return path.length === 1 || at === 'gates' || (at === 'when' && nodeAt(root ?? undefined, path) !== undefined);
}
