import { statSync } from 'node:fs';
import type { DocumentLink } from 'vscode-languageserver';
import { isGlob } from '../../engine/base/glob.ts';
import type { Range } from '../../engine/project/located.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { Walked } from '../../engine/project/schemaWalk.ts';
import type { Workspace } from '../workspace.ts';
import { toLspRange } from './ranges.ts';
import { walkedOf } from './walked.ts';
import { placeIn } from '../places.ts';

interface Found {
  range: Range;
  path: string;
}

const keptMs = 2000;
/** The targets of paths, cached briefly because the editor asks after each key. */
const known = new Map<string, { at: number; target: string | null }>();

/** Links for paths of existing files: values, globs that match one file, and the words of commands. */
export function provideDocumentLinks(workspace: Workspace, uri: string): DocumentLink[] {
  const kind = workspace.kindOf(uri);
  const parsed = workspace.parsed(uri);
  const project = workspace.projectOf(uri);
  if (kind === null || !parsed || !project) return [];
  const found = walkedOf(kind, parsed, project).flatMap((walked) => pathsIn(parsed, walked));
  return found.flatMap(({ range, path }) => {
    const target = targetOf(project, path);
    return target === null
      ? []
      : [{ range: toLspRange(parsed.lines, range), target: workspace.uriOf(placeIn(project.root, target)) }];
  });
}

function pathsIn(parsed: Parsed, { node, shapes, path }: Walked): Found[] {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return [];
  if (shapes.some((shape) => shape.format === 'path')) return [{ range: node.range, path: node.value }];
  return path.length === 3 && path[0] === 'stages' && path[2] === 'cmd' ? words(parsed.text, node.range) : [];
}

/** The words of a command that may be files: those with a dot or a slash. */
function words(text: string, { start, end }: Range): Found[] {
  return [...text.slice(start, end).matchAll(/[^\s"'`=;|&<>()]+/g)].flatMap((match) => {
    const path = match[0].replace(/(?<![,:])[,:]+$/, '');
    return /[./]/.test(path) && !path.includes('$') && !isGlob(path)
      ? [{ range: { start: start + match.index, end: start + match.index + path.length }, path }]
      : [];
  });
}

/** The file of a path or glob; null for folders, missing files, and globs that match several files. */
function targetOf(project: Project, path: string): string | null {
  const key = placeIn(project.root, path);
  const held = known.get(key);
  if (held && Date.now() - held.at < keptMs) return held.target;
  const target = look(project, path);
  if (known.size > 5000) known.clear();
  known.set(key, { at: Date.now(), target });
  return target;
}

function look(project: Project, path: string): string | null {
  if (path.includes('\0') || path.endsWith('/')) return null;
  const matches = !isGlob(path) ? [path] : /^(\.\/)?\*\*|^\/|(^|\/)\.\./.test(path) ? [] : project.files.glob(path);
  const [only, ...more] = matches;
  return only !== undefined && more.length === 0 && project.files.exists(only) && !isFolder(placeIn(project.root, only))
    ? only
    : null;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
