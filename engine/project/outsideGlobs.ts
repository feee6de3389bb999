import { isAbsolute, parse } from 'node:path';
import { isGlob } from '../base/glob.ts';
import { globTops } from '../base/globTops.ts';
import { isInside, projectPath, relativePath } from '../base/projectPath.ts';
import { appendItem, setAt, yamlText } from './edit.ts';
import { entryOf, type Located } from './located.ts';
import type { Parsed } from './parseYaml.ts';
import { membersFor, propertyOf, recordValue, type Shape } from './shape.ts';
import type { Report, ShapeFix } from './validateShape.ts';

/** Where a project is: its folder, and whether a path of it exists. */
export interface ProjectPlace {
  root: string;
  exists: (path: string) => boolean;
}

/** Stands for the folder of a text that is in no folder yet. */
const nowhere: ProjectPlace = { root: '/project', exists: () => false };

/**
 * Reports each glob that lists folders outside the project which `outside_folders` does not name, for it could search
 * the whole machine. A glob of logs may list one folder anywhere. `tree` has the values after interpolation, `written` is
 * the text to edit.
 */
export function reportOutsideGlobs(
  tree: Located,
  shape: Shape,
  { place, written }: { place: ProjectPlace | null; written: Parsed },
  report: Report,
): void {
  const { root, exists } = place ?? nowhere;
  const allowed = outsideFolders(tree, root, report);
  const outside = (glob: string, isLog: boolean): string | null => {
    // The name of a file can contain wildcards.
    if (!isGlob(glob) || exists(glob) || (isLog && !isGlob(glob.replace(/[^\\/]*$/, '')))) return null;
    const tops = globTops(root, glob).filter(({ isListed }) => isListed);
    return (
      tops.find(({ path }) => !isInside(root, path) && !allowed.some((folder) => isInside(folder, path)))?.path ?? null
    );
  };
  visitLists(tree, shape, (node, glob, isLog) => {
    const top = outside(glob, isLog);
    if (top === null) return;
    const fix = place === null ? null : allowFolder(root, top, written);
    const what = fix
      ? 'Name its folder under `outside_folders`'
      : 'Name a folder with the data under `outside_folders`';
    report(
      'LW120',
      node.range,
      `The glob \`${glob}\` looks for files outside the project. ${what}, or keep the files inside the project.`,
      fix ? { fix } : {},
    );
  });
}

/** The folders under `outside_folders`, absolute. */
function outsideFolders(tree: Located, root: string, report: Report): string[] {
  const named = entryOf(tree, 'outside_folders')?.value;
  return (named?.kind === 'seq' ? named.items : []).flatMap((item) => {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') return [];
    const folder = projectPath(root, item.value).replace(/(?<=[^\\/:])[\\/]$/, '');
    const wrong = isGlob(item.value)
      ? 'is a glob; name a folder'
      : parse(folder).root === folder
        ? 'is a whole disk; name the folder with the data'
        : null;
    if (wrong === null) return [folder];
    report('LW120', item.range, `\`${item.value}\` ${wrong}.`);
    return [];
  });
}

/** Visits each text that may be a glob, aliases and merged values too. */
function visitLists(node: Located, shape: Shape, visit: (node: Located, glob: string, isLog: boolean) => void): void {
  for (const one of membersFor(shape, node)) {
    if (node.kind === 'map') {
      for (const { key, value } of node.entries) {
        const next = propertyOf(one, key) ?? recordValue(one);
        if (next) visitLists(value, next, visit);
      }
    } else if (node.kind === 'seq') {
      const { items } = one;
      if (items) for (const item of node.items) visitLists(item, items, visit);
    } else if (one.listsFiles && typeof node.value === 'string') visit(node, node.value, one.format === 'log-path');
  }
}

/** The edit that allows a folder; null for the root of a disk. */
function allowFolder(root: string, top: string, written: Parsed): ShapeFix | null {
  if (parse(top).root === top) return null;
  const near = relativePath(root, top);
  const path = isAbsolute(near) || near.startsWith('../../../') ? top : near;
  const file = { path: written.file, parsed: written };
  const edit =
    appendItem(file, ['outside_folders'], yamlText(path)) ?? setAt(file, ['outside_folders'], `[${yamlText(path)}]`);
  return edit && { title: `Allow ${path} under outside_folders`, range: edit.range, text: edit.text };
}
