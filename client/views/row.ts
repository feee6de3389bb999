import type { LifeCyclePart } from '../../protocol/lifeCycle.ts';
import type { CommandId } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';

export interface RowCommand {
  id: CommandId;
  args: unknown[];
}

/** What an inline action or a click on a row is about. */
export interface RowSubject {
  project: Project;
  stage?: string;
  /** As written in the project. */
  gate?: string;
  /** Part of the life cycle. */
  part?: LifeCyclePart;
  experiment?: string;
  runId?: string;
  /** Another run, to compare with. */
  against?: string;
  /** Name of the model that `version` is of. */
  model?: string;
  version?: number;
  /** A model as the engine is told it: a path, `NAME@3`, the id of a logged model. */
  address?: string;
  deployment?: string;
  monitor?: string;
  text?: string;
  dataset?: string;
  /** Id of a version of a dataset. */
  snapshot?: string;
  file?: string;
  /** 1-based line in `file`. */
  line?: number;
}

/** One line of a tree, free of VS Code types so that the trees can be tested without it. */
export interface Row {
  /** Stable over refreshes; keeps the row open and selected. */
  id: string;
  label: string;
  description?: string;
  tooltip?: string;
  /** Codicon and theme colour. */
  icon?: string;
  color?: string;
  /** Tested by the menus of package.json. */
  context?: string;
  open?: RowCommand;
  subject?: RowSubject;
  expanded?: boolean;
  /** It shows the last good state of a project whose file cannot be used now. */
  lastGood?: boolean;
  children?: () => Row[] | Promise<Row[]>;
}
