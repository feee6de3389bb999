import { join } from 'node:path';
import { Range, Uri } from 'vscode';
import type { TestController, TestItem } from 'vscode';
import type { GateTest } from '../../protocol/gates.ts';
import type { Place } from '../../protocol/problem.ts';
import type { Project } from '../projects/project.ts';
import { gateId } from './gateId.ts';

/** A gate of a project, with the item that stands for it. */
export interface GateItem {
  project: Project;
  test: GateTest;
  item: TestItem;
}

export function rangeOf({ line, column, endLine, endColumn }: Place): Range {
  return new Range(line - 1, column - 1, endLine - 1, endColumn - 1);
}

/**
 * Makes the items of a project: its stages with their gates, below the project where the window has several. Items that
 * are there keep their results.
 */
export function drawProject(
  controller: TestController,
  project: Project,
  tests: readonly GateTest[],
  isAlone: boolean,
): GateItem[] {
  const top = isAlone ? controller.items : childrenOf(controller, project);
  const stages = [...new Set(tests.map(({ stage }) => stage))];
  const found = stages.flatMap((stage) => {
    const own = tests.filter((test) => test.stage === stage);
    const uri = Uri.file(join(project.root, own[0]?.place.file ?? project.file));
    const parent = itemIn(controller, top, gateId(project.root, stage), stage, uri);
    const items = own.map((test): GateItem => {
      const item = itemIn(controller, parent.children, gateId(project.root, stage, test.gate), test.gate, uri);
      item.range = rangeOf(test.place);
      item.description = [test.actual, test.expected].filter(Boolean).join(', ');
      item.sortText = String(test.place.line).padStart(6, '0');
      return { project, test, item };
    });
    keepOnly(
      parent.children,
      items.map(({ item }) => item.id),
    );
    return items;
  });
  const ids = new Set(stages.map((stage) => gateId(project.root, stage)));
  top.forEach(({ id }) => {
    if (id.startsWith(gateId(project.root).slice(0, -1)) && !ids.has(id)) top.delete(id);
  });
  if (!isAlone && stages.length === 0) controller.items.delete(gateId(project.root));
  return found;
}

function childrenOf(controller: TestController, project: Project): TestItem['children'] {
  const uri = Uri.file(join(project.root, project.file));
  return itemIn(controller, controller.items, gateId(project.root), project.title, uri).children;
}

function itemIn(
  controller: TestController,
  items: TestItem['children'],
  id: string,
  label: string,
  uri: Uri,
): TestItem {
  const known = items.get(id);
  if (known && known.label === label && known.uri?.fsPath === uri.fsPath) return known;
  const item = controller.createTestItem(id, label, uri);
  items.add(item);
  return item;
}

function keepOnly(items: TestItem['children'], ids: readonly string[]): void {
  items.forEach(({ id }) => {
    if (!ids.includes(id)) items.delete(id);
  });
}
