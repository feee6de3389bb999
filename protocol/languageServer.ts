/** Requests beyond LSP between the client and the language server. Ranges are LSP's: 0-based. */
export interface OutlineStage {
  name: string;
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

/** Where the stages and monitors stand in the text as it is now, unsaved edits included. */
export interface Outline {
  stages: OutlineStage[];
  deployments: OutlineStage[];
  monitors: OutlineStage[];
}

export interface LanguageRequests {
  'loopwright/outline': { params: { uri: string }; result: Outline };
}

/** The languages that the extension contributes; all three are YAML underneath. */
export const languageIds = { project: 'loopwright-project', experiment: 'loopwright-experiment', dataset: 'loopwright-dataset' } as const;
