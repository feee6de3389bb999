import type { LifeCyclePart } from './lifeCycle.ts';
import type { Severities } from './problem.ts';

/** Requests beyond LSP between the client and the language server. Ranges are LSP's: 0-based. */
export interface OutlineStage {
  name: string;
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
  /** Kind of the source of a collect stage, as its key in `from`: `files`, `postgres`, … */
  source?: string;
}

/** Where the stages, deployments, monitors and datasets stand in the text as it is now, unsaved edits included. */
export interface Outline {
  stages: OutlineStage[];
  deployments: OutlineStage[];
  monitors: OutlineStage[];
  datasets: OutlineStage[];
}

/** A project of the window, by its files as they are now: nothing ran to know it. */
export interface ProjectSummary {
  /** Folder of the project. */
  root: string;
  /** Name of the file that makes it one. */
  file: string;
  /** What it calls itself; null while that cannot be read. */
  name: string | null;
  stages: string[];
  /** Those with a file. */
  experiments: string[];
  /** Deployments that are served. */
  deployments: string[];
  monitors: string[];
}

/** Parts of the life cycle that can be written into loopwright.yaml; runs are tracked without a section. */
export type AddablePart = Exclude<LifeCyclePart, 'track'>;

export interface TextChange {
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
  newText: string;
}

/**
 * What writes a part of the life cycle: changes to loopwright.yaml as it is open now, new files, and the 0-based line
 * of what was written.
 */
export interface SectionEdit {
  changes: TextChange[];
  /** Texts by absolute path. */
  files: Record<string, string>;
  line: number;
}

export interface LanguageRequests {
  /** The projects of the folders of the window; `again` looks through the folders once more. */
  'loopwright/projects': { params: { again: boolean }; result: { projects: ProjectSummary[]; isCut: boolean } };
  /** The edit that names a schema file in a dataset that has none; null where the dataset is not found or has one. */
  'loopwright/declareSchema': { params: { uri: string; dataset: string; path: string }; result: TextChange | null };
  /** A refusal says what is missing first. */
  'loopwright/addSection': { params: { uri: string; part: AddablePart }; result: SectionEdit | { refusal: string } };
  'loopwright/outline': { params: { uri: string }; result: Outline };
}

/** The data of each completion item. */
export interface CompletionData {
  /** True where Enter accepts the first item shown; elsewhere Enter is a new line unless an item was chosen. */
  enterAccepts: boolean;
}

/** What the server may ask of the client, and what it is told besides LSP. */
export interface ClientRequests {
  /**
   * The files of ours around an address that is on no disk: the folder of its project, the texts of YAML and SQL files,
   * and the names of all. Null when there is no project.
   */
  'loopwright/virtualFiles': {
    params: { uri: string };
    result: { folder: string; texts: Record<string, string>; names: string[] } | null;
  };
}

/** Settings at the start and whenever they change. */
export interface ServerSettings {
  checks: CheckSettings;
  /** Whether the person trusts the folders of the window; otherwise nothing outside them is read. */
  trusted: boolean;
  /** Globs of the editor's `files.exclude`, where no project is looked for. */
  exclude: string[];
}

/** Settings of the checks. */
export interface CheckSettings {
  /** Whether data is read. */
  data: boolean;
  severity: Severities;
}

/** The languages that the extension contributes; all three are YAML underneath. */
export const languageIds = {
  project: 'loopwright-project',
  experiment: 'loopwright-experiment',
  dataset: 'loopwright-dataset',
} as const;
