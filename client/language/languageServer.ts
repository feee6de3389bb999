import { window } from 'vscode';
import type { Disposable, LogOutputChannel, Uri } from 'vscode';
import type { AddablePart, LanguageRequests, Outline } from '../../protocol/languageServer.ts';
import { messageOf } from '../host/engineError.ts';
import type { LspClient } from './lspClient.ts';

/**
 * The language server as the rest of the client sees it. Its client library is a bundle of its own, loaded after
 * activation.
 */
export class LanguageServer implements Disposable {
  readonly #module: string;
  readonly #log: LogOutputChannel;
  #client: LspClient | undefined;
  #disposed = false;
  #started: Promise<void> | undefined;

  constructor(module: string, log: LogOutputChannel) {
    this.#module = module;
    this.#log = log;
  }

  /** Starts it unless that was done already. */
  start(): Promise<void> {
    return (this.#started ??= this.#start().catch((error: unknown) => void window.showErrorMessage(messageOf(error))));
  }

  async #start(): Promise<void> {
    const { LspClient } = await import('./lspClient.ts');
    if (this.#disposed) return;
    this.#client = new LspClient(this.#module, this.#log);
    await this.#client.start();
  }

  /** Where stages stand in the text; null while the server is not there. */
  async outline(uri: Uri): Promise<Outline | null> {
    return this.#client ? this.#client.outline(uri) : null;
  }

  /** The projects in the folders of the window; null while the server is not there. */
  async projects(again: boolean): Promise<LanguageRequests['loopwright/projects']['result'] | null> {
    return this.#client ? this.#client.projects(again) : null;
  }

  /** The edit that names a schema file in a dataset that has none. */
  async declareSchema(
    uri: Uri,
    dataset: string,
    path: string,
  ): Promise<LanguageRequests['loopwright/declareSchema']['result']> {
    return this.#client ? this.#client.declareSchema(uri, dataset, path) : null;
  }

  /** What writes a part of the life cycle into a project file; null while the server is not there. */
  async addSection(uri: Uri, part: AddablePart): Promise<LanguageRequests['loopwright/addSection']['result'] | null> {
    return this.#client ? this.#client.addSection(uri, part) : null;
  }

  dispose(): void {
    this.#disposed = true;
    this.#client?.dispose();
  }
}
