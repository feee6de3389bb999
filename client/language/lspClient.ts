import { existsSync } from 'node:fs';
import { window, workspace } from 'vscode';
import type { Disposable, LogOutputChannel, Uri } from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, State, Trace, TransportKind } from 'vscode-languageclient/node';
import type { ErrorHandler } from 'vscode-languageclient/node';
import { languageIds } from '../../protocol/languageServer.ts';
import type {
  AddablePart,
  CheckSettings,
  ClientRequests,
  LanguageRequests,
  Outline,
  ServerSettings,
} from '../../protocol/languageServer.ts';
import { BackOff } from '../host/backOff.ts';
import { messageOf } from '../host/engineError.ts';
import { nodeProgram } from '../node.ts';
import { setting } from '../settings.ts';
import { ourFiles } from './ourFiles.ts';
import { typingMiddleware } from './typingMiddleware.ts';
import { virtualFiles, virtualSchemes } from './virtualFiles.ts';

/** The language client: starts dist/server.cjs, restarts it after a crash and says so. */
export class LspClient implements Disposable {
  readonly #module: string;
  readonly #log: LogOutputChannel;
  readonly #parts: Disposable[] = [];
  #client: LanguageClient | undefined;

  constructor(module: string, log: LogOutputChannel) {
    this.#module = module;
    this.#log = log;
  }

  async start(): Promise<void> {
    if (!existsSync(this.#module)) {
      this.#log.error('This build of the extension does not include the language server.');
      return;
    }
    const node = nodeProgram();
    const chosen = setting('engine.node').trim();
    const server = {
      module: this.#module,
      transport: TransportKind.ipc,
      options: { env: { ...process.env, ...node.env } },
      ...(chosen === '' ? {} : { runtime: chosen }),
    };
    this.#client = new LanguageClient(
      'loopwright',
      'Loopwright',
      { run: server, debug: server },
      {
        // SQL is judged as the stage that runs it, and files of ours by their name when they were given another
        // language; older versions in a diff (git:) are left alone.
        documentSelector: [
          ...Object.values(languageIds).flatMap((language) =>
            ['file', 'untitled', ...virtualSchemes].map((scheme) => ({ language, scheme })),
          ),
          { language: 'sql', scheme: 'file' },
          { language: 'markdown', scheme: 'file', pattern: '**/model-card.md' },
          { scheme: 'file', pattern: ourFiles },
        ],
        initializationOptions: serverSettings(),
        middleware: typingMiddleware(),
        errorHandler: restarting(),
        outputChannel: this.#log,
      },
    );
    this.#parts.push(
      workspace.onDidChangeConfiguration(
        (event) => event.affectsConfiguration('loopwright.trace.server') && void this.#trace(),
      ),
    );
    const tell = () =>
      void this.#client?.sendNotification('workspace/didChangeConfiguration', {
        settings: { loopwright: serverSettings() },
      });
    this.#parts.push(
      workspace.onDidChangeConfiguration(
        (event) =>
          (event.affectsConfiguration('loopwright.checks') || event.affectsConfiguration('files.exclude')) && tell(),
      ),
      workspace.onDidGrantWorkspaceTrust(tell),
    );
    this.#client.onRequest('loopwright/virtualFiles', ({ uri }: ClientRequests['loopwright/virtualFiles']['params']) =>
      virtualFiles(uri),
    );
    try {
      await this.#client.start();
      await this.#trace();
    } catch (error) {
      this.#log.error(`The language server did not start: ${messageOf(error)}`);
      throw new Error(`Loopwright cannot check files: the language server did not start (${messageOf(error)}).`, {
        cause: error,
      });
    }
  }

  /** Where stages stand in the text; null while the server is not there. */
  async outline(uri: Uri): Promise<Outline | null> {
    return this.#ask('loopwright/outline', { uri: uri.toString() });
  }

  /** The projects in the folders of the window; null while the server is not there. */
  async projects(again: boolean): Promise<LanguageRequests['loopwright/projects']['result'] | null> {
    return this.#ask('loopwright/projects', { again });
  }

  /** The edit that names a schema file in a dataset that has none. */
  async declareSchema(
    uri: Uri,
    dataset: string,
    path: string,
  ): Promise<LanguageRequests['loopwright/declareSchema']['result']> {
    if (this.#client?.state !== State.Running) return null;
    return await this.#client.sendRequest('loopwright/declareSchema', { uri: uri.toString(), dataset, path });
  }

  /** What writes a part of the life cycle into a project file; null while the server is not there. */
  async addSection(uri: Uri, part: AddablePart): Promise<LanguageRequests['loopwright/addSection']['result'] | null> {
    if (this.#client?.state !== State.Running) return null;
    return await this.#client.sendRequest('loopwright/addSection', { uri: uri.toString(), part });
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
    void this.#client?.dispose().catch(() => {});
  }

  async #ask<M extends keyof LanguageRequests>(
    method: M,
    params: LanguageRequests[M]['params'],
  ): Promise<LanguageRequests[M]['result'] | null> {
    if (this.#client?.state !== State.Running) return null;
    try {
      return await this.#client.sendRequest<LanguageRequests[M]['result']>(method, params);
    } catch (error) {
      this.#log.warn(`${method} ${messageOf(error)}`);
      return null;
    }
  }

  async #trace(): Promise<void> {
    await this.#client?.setTrace(Trace.fromString(setting('trace.server')));
  }
}

function serverSettings(): ServerSettings {
  const exclude = Object.entries(workspace.getConfiguration('files').get<Record<string, unknown>>('exclude', {}));
  return {
    checks: checkSettings(),
    trusted: workspace.isTrusted,
    exclude: exclude.filter(([, isOn]) => isOn === true).map(([glob]) => glob),
  };
}

/** Data is read only where the person trusts the folder: a file may be made to harm the program that reads it. */
function checkSettings(): CheckSettings {
  return { data: setting('checks.data') && workspace.isTrusted, severity: setting('checks.severity') };
}

function restarting(): ErrorHandler {
  const backOff = new BackOff();
  return {
    error: () => ({ action: ErrorAction.Continue }),
    closed: () => {
      if (backOff.crashed() === null)
        return {
          action: CloseAction.DoNotRestart,
          message:
            'The Loopwright language server stopped too often, so files are no longer checked. Reload the window to try again.',
        };
      // The library keeps the news of a restart in its log.
      const message = 'The Loopwright language server stopped and was restarted.';
      void window.showWarningMessage(message);
      return { action: CloseAction.Restart, message, handled: true };
    },
  };
}
