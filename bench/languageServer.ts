import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { summarise, type Timing } from './measure.ts';

export interface LanguageServerTimings {
  /** From the start of the process to the diagnostics of the opened project file. */
  firstDiagnostics: Timing;
  /** From a change to its diagnostics, the pause that gathers keystrokes taken off. */
  change: Timing;
  completion: Timing;
  hover: Timing;
}

interface Options {
  command: string;
  args: string[];
  file: string;
  languageId: string;
  /** The pause of the server before it judges, in milliseconds. */
  pauseMs: number;
  settings?: unknown;
}

/** Drives a language server over stdio as an editor would and times what a person waits for. */
export async function timeLanguageServer(options: Options): Promise<LanguageServerTimings> {
  const first: number[] = [];
  let rest: Omit<LanguageServerTimings, 'firstDiagnostics'> | null = null;
  for (let i = 0; i < 6; i++) {
    const session = await openSession(options);
    if (i > 0) first.push(session.firstMs);
    if (i === 5) rest = await session.measure();
    session.close();
  }
  if (!rest) throw new Error('no session was measured');
  return { firstDiagnostics: summarise(first), ...rest };
}

async function openSession({ command, args, file, languageId, pauseMs, settings }: Options) {
  const text = readFileSync(file, 'utf8');
  const uri = pathToFileURL(file).href;
  const root = pathToFileURL(join(file, '..')).href;
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  let waiting: (() => void) | null = null;
  connection.onNotification('textDocument/publishDiagnostics', (params: { uri: string }) => {
    if (params.uri !== uri) return;
    waiting?.();
    waiting = null;
  });
  connection.onRequest('workspace/configuration', (params: { items: unknown[] }) => params.items.map(() => settings ?? null));
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  const published = () => new Promise<void>((resolve) => { waiting = resolve; });
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: root, workspaceFolders: [{ uri: root, name: 'bench' }], capabilities: { workspace: { configuration: true }, textDocument: { publishDiagnostics: {} } } });
  await connection.sendNotification('initialized', {});
  if (settings !== undefined) await connection.sendNotification('workspace/didChangeConfiguration', { settings });
  // A server publishes nothing for a file without findings that it never found fault with, so the file is opened broken.
  const broken = `${text}\nnonsense: [1\n`;
  const opened = published();
  await connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text: broken } });
  await opened;
  const firstMs = performance.now() - start;
  let version = 1;
  const timed = async (work: () => Promise<unknown>) => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };
  return {
    firstMs,
    async measure() {
      const change: number[] = [];
      const completion: number[] = [];
      const hover: number[] = [];
      for (let i = 0; i < 40; i++) {
        const done = published();
        change.push((await timed(async () => {
          await connection.sendNotification('textDocument/didChange', { textDocument: { uri, version: ++version }, contentChanges: [{ text: i % 2 === 0 ? `${text}\nnonsense${i}: 1\n` : broken }] });
          await done;
        })) - pauseMs);
        completion.push(await timed(() => connection.sendRequest('textDocument/completion', { textDocument: { uri }, position: { line: 1, character: 0 } })));
        hover.push(await timed(() => connection.sendRequest('textDocument/hover', { textDocument: { uri }, position: { line: 1, character: 2 } })));
      }
      return { change: summarise(change.slice(10)), completion: summarise(completion.slice(10)), hover: summarise(hover.slice(10)) };
    },
    close() {
      connection.dispose();
      child.kill();
    },
  };
}
