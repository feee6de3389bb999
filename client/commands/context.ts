import type { LogOutputChannel, Uri } from 'vscode';
import type { SourceTests } from '../lenses/sourceTests.ts';
import type { LanguageServer } from '../language/languageServer.ts';
import type { ViewPanels } from '../panels/viewPanels.ts';
import type { OpenFolders } from '../projects/openFolders.ts';
import type { Projects } from '../projects/projects.ts';
import type { Milestones } from '../status/milestones.ts';
import type { LoopwrightTasks } from '../tasks/loopwrightTasks.ts';

/** What the commands work with. */
export interface CommandContext {
  extension: Uri;
  /** The bundled command line, dist/cli.cjs. */
  cli: string;
  projects: Projects;
  folders: OpenFolders;
  tasks: LoopwrightTasks;
  panels: ViewPanels;
  server: LanguageServer;
  milestones: Milestones;
  sourceTests: SourceTests;
  /** A folder of this extension, the same for every window. */
  storage: Uri;
  log: LogOutputChannel;
}
