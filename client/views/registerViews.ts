import { window } from 'vscode';
import type { Disposable, TreeView } from 'vscode';
import { viewIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import type { Projects } from '../projects/projects.ts';
import { datasetRows } from './datasetRows.ts';
import { deploymentRows } from './deploymentRows.ts';
import { experimentRows } from './experimentRows.ts';
import { lastGoodDecoration } from './lastGoodDecoration.ts';
import { attentionCount, lifeCycleRows } from './lifeCycleRows.ts';
import { modelRows } from './modelRows.ts';
import type { Row } from './row.ts';
import { RowTree } from './rowTree.ts';

const rowsOf: Record<keyof typeof viewIds, (project: Project) => Row[]> = {
  lifeCycle: lifeCycleRows,
  experiments: experimentRows,
  datasets: datasetRows,
  models: modelRows,
  deployments: deploymentRows,
};

/** The trees by name, for the tests that run inside VS Code. */
export type Trees = Record<keyof typeof viewIds, RowTree>;

export function registerViews(projects: Projects): { trees: Trees; parts: Disposable[] } {
  const parts: Disposable[] = [lastGoodDecoration()];
  const make = (name: keyof typeof viewIds): RowTree => {
    const tree = new RowTree(projects, rowsOf[name], name === 'lifeCycle');
    const view = window.createTreeView<Row>(viewIds[name], {
      treeDataProvider: tree,
      showCollapseAll: name !== 'lifeCycle',
    });
    parts.push(view);
    if (name === 'lifeCycle') parts.push(keepBadge(view, projects));
    return tree;
  };
  const trees = {
    lifeCycle: make('lifeCycle'),
    experiments: make('experiments'),
    datasets: make('datasets'),
    models: make('models'),
    deployments: make('deployments'),
  };
  return { trees, parts };
}

function keepBadge(view: TreeView<Row>, projects: Projects): Disposable {
  return projects.onChange(() => {
    const { shown, chosen } = projects;
    const value = shown ? attentionCount(shown) : 0;
    view.badge =
      value === 0
        ? undefined
        : { value, tooltip: value === 1 ? '1 item needs attention' : `${value} items need attention` };
    view.description = shown ? `${shown.title}${chosen === shown && projects.all.length > 1 ? ' · chosen' : ''}` : '';
  });
}
