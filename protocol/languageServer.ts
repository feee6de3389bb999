import type { Severities } from './problem.ts';

/** Requests beyond LSP between the client and the language server. Ranges are LSP's: 0-based. */
export interface OutlineStage {
  name: string;
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

/** Where the stages, deployments, monitors and datasets stand in the text as it is now, unsaved edits included. */
export interface Outline {
  stages: OutlineStage[];
  deployments: OutlineStage[];
  monitors: OutlineStage[];
  datasets: OutlineStage[];
}

export interface LanguageRequests {
  'loopwright/outline': { params: { uri: string }; result: Outline };
}

/** What the server may ask of the client, and what it is told besides LSP. */
export interface ClientRequests {
  /** The files of ours around an address that is on no disk: the folder of its project, the texts of YAML and SQL files, and the names of all. Null when there is no project. */
  'loopwright/virtualFiles': { params: { uri: string }; result: { folder: string; texts: Record<string, string>; names: string[] } | null };
}

/** Settings of the checks, at the start and whenever they change. */
export interface CheckSettings {
  /** Whether data is read. */
  data: boolean;
  severity: Severities;
}

/** The languages that the extension contributes; all three are YAML underneath. */
export const languageIds = { project: 'loopwright-project', experiment: 'loopwright-experiment', dataset: 'loopwright-dataset' } as const;
