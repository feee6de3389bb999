import { SymbolKind, type SymbolInformation } from 'vscode-languageserver';
import { entryOf, type Range } from '../../engine/project/located.ts';
import type { ConfigFile, Project } from '../../engine/project/loadProject.ts';
import type { Workspace } from '../workspace.ts';
import { columnsIn, declaredIn } from './declared.ts';
import type { Section } from './section.ts';
import { toLspRange } from './ranges.ts';
import { sectionSymbols } from './sectionSymbols.ts';
import { placeIn } from '../places.ts';

const most = 500;

interface Declared {
  name: string;
  kind: SymbolKind;
  container: string;
  file: ConfigFile<unknown>;
  range: Range;
}

const known = new WeakMap<Project, readonly Declared[]>();

/** The declared names of all projects, filtered by letters in order. */
export function provideWorkspaceSymbols(
  workspace: Workspace,
  roots: Iterable<string>,
  query: string,
): SymbolInformation[] {
  const matches = matcher(query);
  const found: { score: number; project: Project; declared: Declared }[] = [];
  for (const root of new Set(roots)) {
    const project = workspace.projectAt(root);
    if (!project) continue;
    for (const declared of declaredBy(project)) {
      const score = matches(declared.name);
      if (score !== null) found.push({ score, project, declared });
    }
  }
  return found
    .toSorted((a, b) => a.score - b.score)
    .slice(0, most)
    .map(({ project, declared }) => toSymbol(workspace, project, declared));
}

function toSymbol(
  workspace: Workspace,
  project: Project,
  { name, kind, container, file, range }: Declared,
): SymbolInformation {
  return {
    name,
    kind,
    containerName: container,
    location: { uri: workspace.uriOf(placeIn(project.root, file.path)), range: toLspRange(file.parsed.lines, range) },
  };
}

function declaredBy(project: Project): readonly Declared[] {
  const held = known.get(project);
  if (held) return held;
  const found = [...sectionNames(project), ...gates(project), ...experiments(project), ...columns(project)];
  known.set(project, found);
  return found;
}

function sectionNames(project: Project): Declared[] {
  const declared = declaredIn(project.file.parsed.root);
  return (Object.keys(sectionSymbols) as Section[]).flatMap((section) =>
    [...declared.of(section).values()]
      .filter((entry) => !entry.merged)
      .map((entry) => ({
        name: entry.key,
        kind: sectionSymbols[section],
        container: section,
        file: project.file,
        range: entry.keyRange,
      })),
  );
}

function gates(project: Project): Declared[] {
  return [...declaredIn(project.file.parsed.root).of('stages').values()].flatMap((stage) => {
    const own = entryOf(stage.value, 'gates')?.value;
    return own?.kind === 'map'
      ? own.entries
          .filter((entry) => !entry.merged)
          .map((entry) => ({
            name: entry.key,
            kind: SymbolKind.Boolean,
            container: `gates of ${stage.key}`,
            file: project.file,
            range: entry.keyRange,
          }))
      : [];
  });
}

function experiments(project: Project): Declared[] {
  return [...project.experiments].map(([name, file]) => ({
    name,
    kind: SymbolKind.File,
    container: 'experiments',
    file,
    range: { start: 0, end: 0 },
  }));
}

function columns(project: Project): Declared[] {
  return [...project.schemas].flatMap(([path, file]) =>
    [...columnsIn(file.parsed).values()].map(({ name, range }) => ({
      name,
      kind: SymbolKind.Field,
      container: path,
      file,
      range,
    })),
  );
}

/**
 * Scores names by a query whose letters must occur in order: 0 for the name itself, then names that begin with it,
 * contain it, or have its letters apart.
 */
function matcher(query: string): (name: string) => number | null {
  const wanted = query.trim().toLowerCase();
  return (name) => {
    const own = name.toLowerCase();
    if (own === wanted) return 0;
    if (own.startsWith(wanted)) return 1;
    if (own.includes(wanted)) return 2;
    let at = 0;
    for (const letter of own) if (letter === wanted[at]) at++;
    return at === wanted.length ? 3 : null;
  };
}
