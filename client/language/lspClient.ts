import { existsSync } from 'node:fs';
import { window, workspace } from 'vscode';
import type { Disposable, LogOutputChannel, Uri } from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, State, Trace, TransportKind } from 'vscode-languageclient/node';
import type { ErrorHandler } from 'vscode-languageclient/node';
import { languageIds } from '../../protocol/languageServer.ts';
import type { CheckSettings, ClientRequests, LanguageRequests, Outline } from '../../protocol/languageServer.ts';
import { BackOff } from '../host/backOff.ts';
import { messageOf } from '../host/engineError.ts';
import { nodeProgram } from '../node.ts';
import { setting } from '../settings.ts';
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
      this.#log.error('The language server is missing from this build of the extension.');
      return;
    }
    const node = nodeProgram();
    const chosen = setting('engine.node').trim();
    const server = { module: this.#module, transport: TransportKind.ipc, options: { env: { ...process.env, ...node.env } }, ...(chosen === '' ? {} : { runtime: chosen }) };
    this.#client = new LanguageClient('loopwright', 'Loopwright', { run: server, debug: server }, {
      // SQL is judged as the stage that runs it; older versions in a diff (git:) are left alone.
      documentSelector: [...Object.values(languageIds).flatMap((language) => ['file', 'untitled', ...virtualSchemes].map((scheme) => ({ language, scheme }))), { language: 'sql', scheme: 'file' }],
      initializationOptions: { checks: checkSettings() },
      middleware: typingMiddleware(),
      errorHandler: restarting(),
      outputChannel: this.#log,
    });
    this.#parts.push(workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('loopwright.trace.server') && void this.#trace()));
    const tell = () => void this.#client?.sendNotification('workspace/didChangeConfiguration', { settings: { loopwright: { checks: checkSettings() } } });
    this.#parts.push(workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('loopwright.checks') && tell()), workspace.onDidGrantWorkspaceTrust(tell));
    this.#client.onRequest('loopwright/virtualFiles', ({ uri }: ClientRequests['loopwright/virtualFiles']['params']) => virtualFiles(uri));
    try {
      await this.#client.start();
      await this.#trace();
    } catch (error) {
      this.#log.error(`The language server did not start: ${messageOf(error)}`);
      throw new Error(`Loopwright cannot check files: the language server did not start (${messageOf(error)}).`, { cause: error });
    }
  }

  /** Where stages stand in the text; null while the server is not there. */
  async outline(uri: Uri): Promise<Outline | null> {
    if (this.#client?.state !== State.Running) return null;
    const params: LanguageRequests['loopwright/outline']['params'] = { uri: uri.toString() };
    try {
      return await this.#client.sendRequest<Outline>('loopwright/outline', params);
    } catch (error) {
      this.#log.warn(`loopwright/outline ${messageOf(error)}`);
      return null;
    }
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
    void this.#client?.dispose().catch(() => {});
  }

  async #trace(): Promise<void> {
    await this.#client?.setTrace(Trace.fromString(setting('trace.server')));
  }
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
      if (backOff.crashed() === null) return { action: CloseAction.DoNotRestart, message: 'The Loopwright language server stopped too often; files are no longer checked. Reload the window to try again.' };
      // The library keeps the news of a restart in its log.
      const message = 'The Loopwright language server stopped and was started again.';
      void window.showWarningMessage(message);
      return { action: CloseAction.Restart, message, handled: true };
    },
  };
}
