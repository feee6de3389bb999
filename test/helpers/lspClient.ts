import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type {
  CompletionItem,
  CompletionList,
  Diagnostic,
  FileSystemWatcher,
  Hover,
  PublishDiagnosticsParams,
} from 'vscode-languageserver';
import type { ClientRequests, Outline } from '../../protocol/languageServer.ts';
import { withSlashes } from '../../engine/base/projectPath.ts';
import { entryOf } from './entryOf.ts';
import { makeProject } from './makeProject.ts';
import { until } from './until.ts';

export interface ClientOptions {
  /** Whether data is read. Default false: then findings are those of the texts alone. */
  data?: boolean;
  severity?: Record<string, string>;
  /** Globs of folders in which no project is looked for. */
  exclude?: string[];
  /** Paths of the folders of the workspace. */
  folders?: string[];
  /** Registers nothing that the server asks for. */
  refuses?: boolean;
  virtualFiles?: (uri: string) => ClientRequests['loopwright/virtualFiles']['result'];
  /** Whether what the server writes to standard error is kept, not shown. */
  stderr?: boolean;
}

/** The language server in a process of its own, spoken to as an editor does, over standard input and output. */
export class LspClient {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  /** The newest diagnostics of each file. */
  readonly published = new Map<string, Diagnostic[]>();
  /** How often diagnostics were published for a file. */
  readonly times = new Map<string, number>();
  /** What the server logged. */
  readonly logged: string[] = [];
  /** What the server wrote to standard error. */
  complained = '';
  /** What the server asked to be told of. */
  watched: FileSystemWatcher[] = [];
  #version = 1;

  readonly #options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    this.#options = options;
    // Facts that are kept for later starts are kept in a folder of their own.
    const env = { ...process.env, XDG_CACHE_HOME: makeProject() };
    this.child = spawn(process.execPath, [entryOf('dist/server.cjs', 'server/main.ts'), '--stdio'], {
      stdio: ['pipe', 'pipe', options.stderr ? 'pipe' : 'inherit'],
      env,
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complained += text;
    });
    const { stdin, stdout } = this.child;
    if (!stdin || !stdout) throw new Error('the server has no pipes');
    this.connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: PublishDiagnosticsParams) => {
        this.published.set(uri, diagnostics);
        this.times.set(uri, (this.times.get(uri) ?? 0) + 1);
      },
    );
    this.connection.onNotification(
      'window/logMessage',
      ({ message }: { message: string }) => void this.logged.push(message),
    );
    if (!options.refuses)
      this.connection.onRequest(
        'client/registerCapability',
        ({ registrations }: { registrations: { registerOptions?: { watchers?: FileSystemWatcher[] } }[] }) => {
          this.watched = registrations.flatMap(({ registerOptions }) => registerOptions?.watchers ?? []);
          return null;
        },
      );
    this.connection.onRequest('client/unregisterCapability', () => null);
    this.connection.onRequest(
      'loopwright/virtualFiles',
      ({ uri }: { uri: string }) => options.virtualFiles?.(uri) ?? null,
    );
    this.connection.listen();
    after(() => this.stop());
  }

  async start(): Promise<this> {
    const { data = false, severity = {}, folders = [], exclude = [] } = this.#options;
    await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: folders.map((folder) => ({ uri: pathToFileURL(folder).href, name: folder })),
      initializationOptions: { checks: { data, severity }, exclude },
      capabilities: {
        workspace: {
          didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
          workspaceFolders: true,
        },
      },
    });
    await this.connection.sendNotification('initialized', {});
    return this;
  }

  open(uri: string, text: string): void {
    void this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'loopwright-project', version: this.#version++, text },
    });
  }

  change(uri: string, text: string): void {
    void this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: this.#version++ },
      contentChanges: [{ text }],
    });
  }

  close(uri: string): void {
    void this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  /** Tells of files that changed on the disk. */
  changedOnDisk(...uris: string[]): void {
    void this.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: uris.map((uri) => ({ uri, type: 2 })),
    });
  }

  /** Waits until the codes of the diagnostics of a file are these. */
  async codes(uri: string, expected: readonly string[]): Promise<Diagnostic[]> {
    const codes = () => (this.published.get(uri) ?? []).map(({ code }) => String(code)).join(' ');
    await until(
      `${uri} has ${expected.join(' ') || 'no problem'}`,
      () => this.published.has(uri) && codes() === expected.join(' '),
      // Under Wine a server takes seconds to start.
      process.platform === 'win32' ? 60_000 : 5000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it has ${codes() || 'none'}`, { cause: error });
    });
    return this.published.get(uri) ?? [];
  }

  async complete(uri: string, position: { line: number; character: number }): Promise<CompletionItem[]> {
    return (
      (
        await this.connection.sendRequest<CompletionList | null>('textDocument/completion', {
          textDocument: { uri },
          position,
        })
      )?.items ?? []
    );
  }

  hover(uri: string, position: { line: number; character: number }): Promise<Hover | null> {
    return this.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position });
  }

  outline(uri: string): Promise<Outline> {
    return this.connection.sendRequest('loopwright/outline', { uri });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    await this.connection.sendRequest('shutdown').catch(() => {});
    await this.connection.sendNotification('exit').catch(() => {});
    await ended;
    this.connection.dispose();
  }
}

/** The place of the cursor mark █ in a text, and the text without it. */
export function withCursor(marked: string): { text: string; position: { line: number; character: number } } {
  const offset = marked.indexOf('█');
  if (offset === -1) throw new Error('the text has no █');
  const before = marked.slice(0, offset).split('\n');
  return {
    text: marked.replace('█', ''),
    position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  };
}

export const uriOf = (path: string) => pathToFileURL(path).href;

/** The address as VS Code writes it, which encodes more characters than Node does. */
export const editorUri = (path: string) =>
  `file://${withSlashes(path)
    // `c%3A` in VS Code, whatever was typed.
    .replace(/^[a-z]:/i, (drive) => `/${drive.toLowerCase()}`)
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/')}`;
