import type { ModelSelector } from '../../../protocol/models.ts';
import type { SavedPage } from '../../../protocol/savedPage.ts';
import type { ViewAction } from '../../../protocol/webview.ts';

/** Actions of the client that every view can use. */
export interface HostActions {
  openRun(runId: string): void;
  openCard(selector: ModelSelector): void;
  openFile(path: string): void;
  /** Opens the project file. */
  openProject(): void;
  /** Opens model-card.md below a heading. */
  writeCard(heading: string): void;
  /** Runs a stage with its dependencies; null for every stage. */
  runStage(stage: string | null): void;
  runAll(): void;
  /** Runs a command in a terminal, which the person sees. */
  runInTerminal(command: string): void;
  copy(text: string): void;
  /** Saves a view as one HTML file. */
  savePage(page: SavedPage): void;
}

export function hostActions(act: (action: ViewAction) => void): HostActions {
  const runStage = (stage: string | null): void => act({ do: 'runStage', stage, experiment: null });
  const openFile = (path: string): void => act({ do: 'openFile', path, line: null });
  return {
    openRun: (runId) => act({ do: 'openRun', runId }),
    openCard: (selector) => act({ do: 'openCard', ...selector }),
    openFile,
    openProject: () => openFile('loopwright.yaml'),
    writeCard: (heading) => act({ do: 'writeCard', heading }),
    runStage,
    runAll: () => runStage(null),
    runInTerminal: (command) => act({ do: 'runInTerminal', command }),
    copy: (text) => act({ do: 'copy', text }),
    savePage: (page) => act({ do: 'savePage', page }),
  };
}
