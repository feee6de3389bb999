import type { EditorServer } from '../../../scripts/editorServer.ts';
import type { Workbench } from './workbench.ts';

/** What a test that plays a person has at hand. */
export interface Stage {
  workbench: Workbench;
  /** The folder that is open; a copy that may be written to. */
  project: string;
  /** A folder for everything else. */
  folder: string;
  /** The bundled command line. */
  cli: string;
  server: EditorServer;
  /** The address of the workbench on a folder or a .code-workspace file, with the extension. */
  address(path: string): string;
}

/** One step; the steps of a session follow one another in the same window. */
export interface PersonTest {
  name: string;
  run(stage: Stage): Promise<void>;
}

export interface PersonSession {
  /** Makes what is opened, in an empty folder; returns the folder or .code-workspace file to open. */
  prepare(folder: string, root: string): Promise<string> | string;
  trust: boolean;
  /** With nothing but a shell and git on the PATH: no Node, no Python. */
  bare?: boolean;
  tests: PersonTest[];
  /** Stops what `prepare` started. */
  finish?(): Promise<void>;
}
