import { entryOf, nodeAt, type Located } from '../../engine/project/located.ts';
import { sourceKind } from '../../engine/project/schema/sourceKinds.ts';
import type { LineIndex } from '../../engine/project/lineIndex.ts';
import type { Outline, OutlineStage } from '../../protocol/languageServer.ts';
import type { Workspace } from '../workspace.ts';

/** The positions of the stages, deployments, monitors and datasets of a project file in its current text. */
export function provideOutline(workspace: Workspace, uri: string): Outline {
  const parsed = workspace.kindOf(uri) === 'project' ? workspace.parsed(uri) : null;
  const names = (key: string) => (parsed ? entriesOf(parsed.root, key, parsed.lines) : []);
  return {
    stages: names('stages'),
    deployments: names('deployments'),
    monitors: names('monitors'),
    datasets: names('datasets'),
  };
}

function entriesOf(root: Located | null, key: string, lines: LineIndex): OutlineStage[] {
  const found = entryOf(root ?? undefined, key)?.value;
  if (found?.kind !== 'map') return [];
  return found.entries
    .filter((entry) => !entry.merged)
    .map((entry) => {
      const [start, end] = [lines.at(entry.keyRange.start), lines.at(entry.keyRange.end)];
      const source = key === 'stages' ? sourceOf(entry.value) : undefined;
      return {
        name: entry.key,
        ...(source === undefined ? {} : { source }),
        range: {
          start: { line: start.line - 1, character: start.column - 1 },
          end: { line: end.line - 1, character: end.column - 1 },
        },
      };
    });
}

/** The kind of source of a collect stage; undefined for other stages and while none is written. */
function sourceOf(stage: Located): string | undefined {
  const uses = nodeAt(stage, ['uses']);
  const from = nodeAt(stage, ['with', 'from']);
  if (uses?.kind !== 'scalar' || uses.value !== 'collect' || from?.kind !== 'map') return undefined;
  return sourceKind(from.entries.map(({ key }) => key));
}
