import { entryOf, type Located } from '../../engine/project/located.ts';
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
      return {
        name: entry.key,
        range: {
          start: { line: start.line - 1, character: start.column - 1 },
          end: { line: end.line - 1, character: end.column - 1 },
        },
      };
    });
}
