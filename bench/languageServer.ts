import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { Toggle } from './largeProject.ts';
import { summarise, type Timing } from './measure.ts';

export interface LanguageServerTimings {
  /** From the start of the process to the diagnostics of the opened project file. */
  firstDiagnostics: Timing;
  /** From a change to its diagnostics, with the pause in which each server gathers keystrokes. */
  change: Timing;
  completion: Timing;
  hover: Timing;
  /** Resident memory of the process in MB after so many edits; empty unless asked for. */
  memory: { edits: number; mb: number }[];
}

interface Options {
  command: string;
  args: string[];
  file: string;
  languageId: string;
  settings?: unknown;
  /** The edit that goes back and forth; without one a key is added at the end and broken again. */
  edit?: Toggle;
  /** Counts the memory over this many edits. */
  memoryEdits?: number;
  sessions?: number;
}

/** Drives a language server over stdio as an editor would and times what a person waits for. */
export async function timeLanguageServer(options: Options): Promise<LanguageServerTimings> {
  const first: number[] = [];
  let rest: Omit<LanguageServerTimings, 'firstDiagnostics'> | null = null;
  const sessions = options.sessions ?? 6;
  for (let i = 0; i < sessions; i++) {
    const session = await openSession(options);
    if (i > 0 || sessions === 1) first.push(session.firstMs);
    if (i === sessions - 1) rest = await session.measure();
    session.close();
  }
  if (!rest) throw new Error('no session was measured');
  return { firstDiagnostics: summarise(first), ...rest };
}

async function openSession({ command, args, file, languageId, settings, edit, memoryEdits = 0 }: Options) {
  const text = readFileSync(file, 'utf8');
  const uri = pathToFileURL(file).href;
  const root = pathToFileURL(join(file, '..')).href;
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  let waiting: (() => void) | null = null;
  connection.onNotification('textDocument/publishDiagnostics', (params: { uri: string }) => {
    if (params.uri !== uri) return;
    waiting?.();
    waiting = null;
  });
  connection.onRequest('workspace/configuration', (params: { items: unknown[] }) =>
    params.items.map(() => settings ?? null),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  const published = () =>
    new Promise<void>((resolve) => {
      waiting = resolve;
    });
  const { capabilities } = await connection.sendRequest<{
    capabilities: { textDocumentSync?: number | { change?: number } };
  }>('initialize', {
    processId: process.pid,
    rootUri: root,
    workspaceFolders: [{ uri: root, name: 'bench' }],
    capabilities: { workspace: { configuration: true }, textDocument: { publishDiagnostics: {} } },
    initializationOptions: { checks: { data: false } },
  });
  const sync = capabilities.textDocumentSync;
  const incremental = (typeof sync === 'number' ? sync : sync?.change) === 2;
  await connection.sendNotification('initialized', {});
  if (settings !== undefined) await connection.sendNotification('workspace/didChangeConfiguration', { settings });
  // A server publishes nothing for a file without findings that it never found fault with, so the file is opened
  // broken.
  const broken = `${text}\nnonsense: [1\n`;
  const opened = published();
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId, version: 1, text: broken },
  });
  await opened;
  const firstMs = performance.now() - start;
  let version = 1;
  const timed = async (work: () => Promise<unknown>) => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };
  /** One step there or back, as the editor tells it. */
  const change = async (there: boolean) => {
    const done = published();
    const [before, after] = edit ? (there ? [edit.from, edit.to] : [edit.to, edit.from]) : ['', ''];
    const at = edit ? text.indexOf(edit.from) : -1;
    const line = text.slice(0, at).split('\n').length - 1;
    const character = at - (text.lastIndexOf('\n', at) + 1);
    const whole = edit
      ? text.replace(edit.from, there ? edit.to : edit.from)
      : there
        ? `${text}\nnonsense: 1\n`
        : broken;
    const contentChanges =
      edit && incremental
        ? [{ range: { start: { line, character }, end: { line, character: character + before.length } }, text: after }]
        : [{ text: whole }];
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: ++version },
      contentChanges,
    });
    await done;
  };
  const place = edit
    ? {
        line: text.slice(0, text.indexOf(edit.from)).split('\n').length - 1,
        character:
          text.split('\n')[text.slice(0, text.indexOf(edit.from)).split('\n').length - 1]?.indexOf(edit.from) ?? 0,
      }
    : { line: 1, character: 2 };
  return {
    firstMs,
    async measure() {
      const changes: number[] = [];
      const completion: number[] = [];
      const hover: number[] = [];
      if (edit) {
        const done = published();
        await connection.sendNotification('textDocument/didChange', {
          textDocument: { uri, version: ++version },
          contentChanges: [{ text }],
        });
        await done;
      }
      for (let i = 0; i < 40; i++) {
        changes.push(await timed(() => change(i % 2 === 0)));
        completion.push(
          await timed(() =>
            connection.sendRequest('textDocument/completion', {
              textDocument: { uri },
              position: edit ? { line: place.line, character: place.character + 7 } : { line: 1, character: 0 },
            }),
          ),
        );
        hover.push(
          await timed(() =>
            connection.sendRequest('textDocument/hover', {
              textDocument: { uri },
              position: { line: place.line, character: place.character + 2 },
            }),
          ),
        );
      }
      const memory: LanguageServerTimings['memory'] = [];
      for (let i = 1; i <= memoryEdits; i++) {
        await change(i % 2 === 1);
        if (i % (memoryEdits / 10) === 0) memory.push({ edits: i, mb: memoryOf(child.pid) });
      }
      return {
        change: summarise(changes.slice(10)),
        completion: summarise(completion.slice(10)),
        hover: summarise(hover.slice(10)),
        memory,
      };
    },
    close() {
      connection.dispose();
      child.kill();
    },
  };
}

/** Resident memory of a process in MB, as Linux tells it; NaN elsewhere. */
function memoryOf(pid: number | undefined): number {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
  } catch {
    return Number.NaN;
  }
}
