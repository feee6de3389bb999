import type { TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import { yamlText } from '../../engine/project/edit.ts';
import { leadsOut } from '../../engine/base/projectPath.ts';
import { shapes } from '../../engine/project/shape.ts';
import { walkShapes } from '../../engine/project/schemaWalk.ts';
import { pathOf, type Workspace } from '../workspace.ts';
import { occurrencesOf } from './names.ts';
import { toLspRange } from './ranges.ts';
import { pathFrom, placeIn } from '../places.ts';

/**
 * Edits for a rename of files or folders: the paths in loopwright.yaml that refer to them or to their contents, and the
 * commands that run an experiment.
 */
export function renamedFiles(
  workspace: Workspace,
  files: readonly { oldUri: string; newUri: string }[],
): WorkspaceEdit | null {
  const changes: Record<string, TextEdit[]> = {};
  for (const { oldUri, newUri } of files) {
    const root = workspace.rootOf(oldUri);
    const [before, after] = [pathOf(oldUri), pathOf(newUri)];
    if (root === null || before === null || after === null) continue;
    const [from, to] = [pathFrom(root, before), pathFrom(root, after)];
    const project = workspace.projectAt(root);
    if (!project.file.parsed.root || from === '' || leadsOut(to)) continue;
    const uri = workspace.uriOf(placeIn(root, project.file.path));
    const [experiment, renamed] = [experimentOf(from), experimentOf(to)];
    if (experiment !== null && renamed !== null) {
      for (const { file, range } of occurrencesOf(project, { section: 'experiments', name: experiment }))
        (changes[uri] ??= []).push({ range: toLspRange(file.parsed.lines, range), newText: renamed });
    }
    walkShapes(project.file.parsed.root, shapes.project, ({ node, shapes: meant }) => {
      if (node.kind !== 'scalar' || typeof node.value !== 'string' || !meant.some(({ format }) => format === 'path'))
        return;
      const path = node.value.replace(/^\.\//, '');
      if (path !== from && !path.startsWith(`${from}/`)) return;
      const written = to + path.slice(from.length);
      (changes[uri] ??= []).push({
        range: toLspRange(project.file.parsed.lines, node.range),
        newText:
          node.quoted || /[^\w./*-]/.test(written)
            ? JSON.stringify(written)
            : /^[\w.-]+$/.test(written)
              ? yamlText(written)
              : written,
      });
    });
  }
  return Object.keys(changes).length === 0 ? null : { changes };
}

/** The name of the experiment with this file path. */
function experimentOf(path: string): string | null {
  return /^experiments\/([^/]+)\.experiment\.ya?ml$/.exec(path)?.[1] ?? null;
}
