import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver';
import type { LineIndex } from '../../engine/project/lineIndex.ts';
import type { Entry, Located } from '../../engine/project/located.ts';
import type { Workspace } from '../workspace.ts';
import { toLspRange } from './ranges.ts';
import { sectionSymbols } from './sectionSymbols.ts';

const kinds: Record<string, SymbolKind> = {
  ...sectionSymbols,
  gates: SymbolKind.Boolean,
  fields: SymbolKind.Field,
};

/** The outline of a file: its sections with their declarations; for a schema, the columns. */
export function provideDocumentSymbols(workspace: Workspace, uri: string): DocumentSymbol[] {
  const parsed = workspace.kindOf(uri) === null ? null : workspace.parsed(uri);
  if (parsed?.root?.kind !== 'map') return [];
  return parsed.root.entries
    .filter((entry) => !entry.merged)
    .map((entry) => symbol(entry, SymbolKind.Namespace, parsed.lines, membersOf(entry, parsed.lines)));
}

function membersOf(section: Entry, lines: LineIndex): DocumentSymbol[] {
  const kind = kinds[section.key];
  const { value } = section;
  if (kind !== undefined && value.kind === 'map')
    return value.entries
      .filter((entry) => !entry.merged)
      .map((entry) => symbol(entry, kind, lines, gatesOf(entry, lines)));
  if (section.key !== 'fields' || value.kind !== 'seq') return [];
  return value.items.flatMap((field) => {
    const name = field.kind === 'map' ? field.entries.find((entry) => entry.key === 'name') : undefined;
    if (name?.value.kind !== 'scalar' || typeof name.value.value !== 'string' || name.value.value === '') return [];
    return [
      {
        name: name.value.value,
        detail: detailOf(field),
        kind: SymbolKind.Field,
        range: toLspRange(lines, field.range),
        selectionRange: toLspRange(lines, name.value.range),
      },
    ];
  });
}

function gatesOf(stage: Entry, lines: LineIndex): DocumentSymbol[] {
  const gates =
    stage.value.kind === 'map' ? stage.value.entries.find((entry) => entry.key === 'gates')?.value : undefined;
  return gates?.kind === 'map' ? gates.entries.map((entry) => symbol(entry, SymbolKind.Boolean, lines, [])) : [];
}

function symbol(entry: Entry, kind: SymbolKind, lines: LineIndex, children: DocumentSymbol[]): DocumentSymbol {
  const range = toLspRange(lines, {
    start: entry.keyRange.start,
    end: Math.max(entry.keyRange.end, entry.value.range.end),
  });
  return {
    name: entry.key || '(no name)',
    detail: detailOf(entry.value),
    kind,
    range,
    selectionRange: toLspRange(lines, entry.keyRange),
    children,
  };
}

/** The detail beside a name: a scalar's value, a stage's kind or command, a column's type. */
function detailOf(value: Located): string {
  if (value.kind === 'scalar') return value.value === null ? '' : String(value.value).slice(0, 60);
  const told =
    value.kind === 'map'
      ? value.entries.find((entry) => ['uses', 'cmd', 'as', 'path', 'type'].includes(entry.key))?.value
      : undefined;
  return told?.kind === 'scalar' ? String(told.value).slice(0, 60) : '';
}
