import { setting } from './settings.ts';

/** How children of the extension are started: the editor's own Node, or the one the person chose. */
export interface NodeProgram {
  path: string;
  env: Record<string, string>;
}

export function nodeProgram(): NodeProgram {
  const chosen = setting('engine.node').trim();
  return chosen === '' ? { path: process.execPath, env: { ELECTRON_RUN_AS_NODE: '1' } } : { path: chosen, env: {} };
}
