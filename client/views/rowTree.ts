import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, workspace } from 'vscode';
import type { TreeDataProvider } from 'vscode';
import { commandIds } from '../commandIds.ts';
import { messageOf } from '../host/engineError.ts';
import type { Project } from '../projects/project.ts';
import type { Projects } from '../projects/projects.ts';
import { plural } from '../../words/numbers.ts';
import { lastGoodUri } from './lastGoodDecoration.ts';
import { ofLastGoodState, problemRow } from './problemRow.ts';
import type { Row } from './row.ts';

const problemsShown = 5;

/** Shows the rows that a pure function makes of a project; of several projects the one that is shown. */
export class RowTree implements TreeDataProvider<Row> {
  readonly #projects: Projects;
  readonly #rows: (project: Project) => Row[];
  readonly #first: boolean;
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;

  /** `first` is the tree that says what is wrong with the project; one of five is enough. */
  constructor(projects: Projects, rows: (project: Project) => Row[], first: boolean) {
    this.#projects = projects;
    this.#rows = rows;
    this.#first = first;
    projects.onChange(() => this.#changed.fire());
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row) {
      try {
        return (await row.children?.()) ?? [];
      } catch (error) {
        return [errorRow(`${row.id}/error`, messageOf(error))];
      }
    }
    const { shown, all } = this.#projects;
    // An empty tree shows its welcome text, which says why and offers to trust the folder.
    if (!shown || !workspace.isTrusted) return [];
    return this.#of(shown, all.length > 1 ? shown.root : '');
  }

  getTreeItem(row: Row): TreeItem {
    const closed = row.expanded ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
    const item = new TreeItem(row.label, row.children ? closed : TreeItemCollapsibleState.None);
    item.id = row.id;
    if (row.description) item.description = row.description;
    if (row.tooltip !== undefined) item.tooltip = row.tooltip;
    if (row.icon !== undefined)
      item.iconPath = new ThemeIcon(row.icon, row.color === undefined ? undefined : new ThemeColor(row.color));
    if (row.context !== undefined) item.contextValue = row.context;
    if (row.lastGood) item.resourceUri = lastGoodUri(row.id);
    if (row.open) item.command = { title: 'Open', command: row.open.id, arguments: row.open.args };
    item.accessibilityInformation = {
      label: [row.label, row.tooltip ?? row.description ?? ''].filter(Boolean).join(', '),
    };
    return item;
  }

  async #of(project: Project, prefix: string): Promise<Row[]> {
    if (this.#first && !project.overview && project.error === undefined) {
      // The rows come with the change that the answer brings.
      void project.need();
      return [
        {
          id: `${prefix}reading`,
          label: 'Reading project…',
          icon: 'loading~spin',
          ...(project.place === '' ? {} : { description: project.place }),
        },
      ];
    }
    await project.need();
    const rows = this.#first ? wrong(project) : [];
    const problem = project.overview?.problem ?? null;
    rows.push(...this.#rows(project).map((row) => (problem ? ofLastGoodState(row, problem) : row)));
    return prefix === '' ? rows : rows.map((row) => prefixed(row, prefix));
  }
}

/** Why the engine gives no answer, and what is wrong in the project's files. */
function wrong(project: Project): Row[] {
  const rows: Row[] = [];
  if (project.error !== undefined) rows.push(errorRow('error', project.error));
  if (project.overview?.isReadOnly) rows.push(readOnlyRow);
  // Of a file that cannot be read one line is enough; what else is wrong shows when it can.
  if (project.overview?.problem) return [...rows, problemRow(project, project.overview.problem, 'problem')];
  const problems = project.overview?.problems ?? [];
  const [next] = problems.slice(problemsShown);
  for (const [index, one] of problems.slice(0, problemsShown).entries())
    rows.push(problemRow(project, one, `problem/${index}`));
  if (next)
    rows.push({
      ...problemRow(project, next, 'problems'),
      label: `${plural(problems.length - problemsShown, 'more problem')}`,
      tooltip: problems
        .slice(problemsShown)
        .map((one) => `${one.file}:${one.line} ${one.message}`)
        .join('\n'),
    });
  return rows;
}

const readOnlyRow: Row = {
  id: 'readOnly',
  label: 'Read-only folder',
  description: 'nothing can be recorded',
  tooltip:
    'The folder of this project cannot be written. Stored runs, models and drift are shown; runs and changes are refused.\nCopy the project to a folder of yours, or ask its owner for the right to write.',
  icon: 'lock',
};

function errorRow(id: string, message: string): Row {
  return {
    id,
    label: message,
    tooltip: message,
    icon: 'error',
    color: 'problemsErrorIcon.foreground',
    context: 'problem',
    open: { id: commandIds.showLog, args: [] },
  };
}

/** Keeps ids apart when two projects have a row of the same name, at every depth. */
function prefixed(row: Row, prefix: string): Row {
  const { children } = row;
  const id = `${prefix}/${row.id}`;
  if (!children) return { ...row, id };
  return { ...row, id, children: async () => (await children()).map((child) => prefixed(child, prefix)) };
}
