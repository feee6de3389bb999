import { join } from 'node:path';
import type { DocumentLink } from 'vscode-languageserver';
import type { Located } from '../../engine/project/located.ts';
import { isGlob } from '../../engine/project/glob.ts';
import { shapesAt, type KeyPath } from '../../engine/project/schemaPath.ts';
import { shapes } from '../../engine/project/shape.ts';
import { toUri, type Workspace } from '../workspace.ts';
import { toLspRange } from './ranges.ts';

/** Paths of files that are there, as links. */
export function provideDocumentLinks(workspace: Workspace, uri: string): DocumentLink[] {
  const kind = workspace.kindOf(uri);
  const parsed = workspace.parsed(uri);
  const project = workspace.projectOf(uri);
  if (kind === null || !parsed || !project) return [];
  const links: DocumentLink[] = [];
  const visit = (node: Located, path: KeyPath) => {
    if (node.kind === 'map') for (const entry of node.entries) if (!entry.merged) visit(entry.value, [...path, entry.key]);
    if (node.kind === 'seq') node.items.forEach((item, i) => visit(item, [...path, i]));
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || isGlob(node.value)) return;
    if (shapesAt(shapes[kind], parsed.root, path).some((shape) => shape.format === 'path') && project.files.exists(node.value)) links.push({ range: toLspRange(parsed.lines, node.range), target: toUri(join(project.root, node.value)) });
  };
  if (parsed.root) visit(parsed.root, []);
  return links;
}
