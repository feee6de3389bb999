import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { CodeAction, Diagnostic, TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { seededRandom, type Random } from '../../../engine/statistics/random.ts';
import { pathOf } from '../../../server/workspace.ts';
import { editorUri, LspClient } from '../lspClient.ts';
import { until } from '../until.ts';
import { damageOnDisk, type DiskChange } from './diskNoise.ts';
import { mutate, oneOf } from './mutations.ts';
import { wrongPlaces, type TextOf } from './placesIn.ts';
import { codeActions, question, type KnownTokens, type Question } from './questions.ts';

/**
 * Processor time; finds what hangs, not what is slow: a text damaged many times over is read again in several parts.
 */
const slowestMs = 10_000;
const settledMs = 20_000;
const refusals = new Set([-32602, -32800]);

interface Options {
  seed: number;
  /** The folder that is worked on. */
  root: string;
  /** Paths of the files in it, and their texts at the start. */
  originals: ReadonlyMap<string, string>;
}

/**
 * A client that edits, asks, opens, closes and damages at random, and holds every answer against what has to be true of
 * it.
 */
export class Fuzzer {
  readonly #options: Options;
  readonly #random: Random;
  readonly #server: LspClient;
  readonly #open = new Map<string, TextDocument>();
  readonly #tokens: KnownTokens = new Map();
  readonly #journal: string[] = [];
  #asked: Promise<void>[] = [];
  #version = 1;
  answers = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#server = new LspClient({ folders: [options.root], stderr: true });
  }

  async start(): Promise<void> {
    await this.#server.start();
    for (const path of this.#paths().slice(0, 8)) this.#openFile(path);
  }

  /** Some steps, then the state is held against that of a server which knows nothing of the way there. */
  async burst(steps: number): Promise<void> {
    try {
      for (let i = 0; i < steps; i++) await this.#step();
      await this.#settle();
      await this.#compare();
      await this.#applyAction();
    } catch (error) {
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}\n\nseed ${this.#options.seed}; the last steps:\n${this.#journal.slice(-14).join('\n')}\n${this.#keep()}`,
        { cause: error },
      );
    }
  }

  async #step(): Promise<void> {
    const kind = this.#random.integer(20);
    if (kind === 0) this.#openOrClose();
    else if (kind < 3) await this.#disk();
    else if (kind === 3) await this.#save();
    else this.#edit();
    for (let i = this.#random.integer(4); i >= 0; i--) this.#ask(question(this.#around()));
    // Some edits come while answers are on their way.
    if (this.#random.integer(3) > 0) await this.#settle();
  }

  #around() {
    const uris = this.#paths().map(editorUri);
    const open = [...this.#open.keys()];
    const strange = [
      'untitled:Untitled-1',
      'git:/a/loopwright.yaml',
      'file:///%FF',
      'file://%',
      'vscode-vfs://github/a/%E0%A4%A/loopwright.yaml',
      'file:///',
      '',
      'x',
    ];
    const drawn = this.#random.integer(40);
    const uri =
      drawn === 0
        ? oneOf(strange, this.#random)
        : drawn < 4 || open.length === 0
          ? oneOf(uris, this.#random)
          : oneOf(open, this.#random);
    return { uri, uris, text: this.#open.get(uri)?.getText() ?? '', random: this.#random, tokens: this.#tokens };
  }

  #paths(): string[] {
    return [...this.#options.originals.keys()].map((path) => join(this.#options.root, path));
  }

  #original(path: string): string {
    return this.#options.originals.get(path.slice(this.#options.root.length + 1)) ?? '';
  }

  #say(what: string): void {
    this.#journal.push(what.length > 600 ? `${what.slice(0, 600)}…` : what);
  }

  #openOrClose(): void {
    const path = oneOf(this.#paths(), this.#random);
    const uri = editorUri(path);
    if (!this.#open.has(uri)) return this.#openFile(path);
    this.#say(`close ${path}`);
    this.#open.delete(uri);
    this.#tokens.delete(uri);
    this.#server.close(uri);
  }

  #openFile(path: string): void {
    this.#say(`open ${path}`);
    const text = readText(path) ?? this.#original(path);
    const document = TextDocument.create(editorUri(path), 'loopwright-project', this.#version++, text);
    this.#open.set(document.uri, document);
    this.#server.open(document.uri, text);
  }

  async #disk(): Promise<void> {
    await this.#settle();
    const path = oneOf(this.#paths(), this.#random);
    const { what, changes } = damageOnDisk(
      path,
      this.#original(path),
      join(dirname(path), 'moved.dataset.yaml'),
      this.#random,
    );
    this.#say(`${what} on disk: ${path}`);
    if (changes.length > 0) this.#tell(changes);
  }

  #tell(changes: readonly DiskChange[]): void {
    void this.#server.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: changes.map(({ path, type }) => ({ uri: editorUri(path), type })),
    });
  }

  async #save(): Promise<void> {
    const document = this.#drawn();
    if (!document) return;
    await this.#settle();
    const path = fileURLToPath(document.uri);
    this.#say(`save ${path}`);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, document.getText());
    void this.#server.connection.sendNotification('textDocument/didSave', { textDocument: { uri: document.uri } });
    this.#tell([{ path, type: 2 }]);
  }

  #drawn(): TextDocument | null {
    return this.#open.size === 0 ? null : oneOf([...this.#open.values()], this.#random);
  }

  #edit(): void {
    const document = this.#drawn();
    if (!document) return this.#openOrClose();
    const [wholly, back] = [this.#random.integer(12) === 0, this.#random.integer(10) === 0];
    const original = this.#original(fileURLToPath(document.uri));
    const changes: { range?: TextEdit['range']; text: string }[] = [];
    for (let i = this.#random.integer(5) === 0 ? 3 : 1; i > 0; i--) {
      const { what, text } = back
        ? { what: 'back to the start', text: original }
        : mutate(document.getText(), [...this.#options.originals.values()], this.#random);
      const change = wholly ? { text } : difference(document, text);
      changes.push(change);
      TextDocument.update(document, [change], this.#version);
      this.#say(`${what} in ${document.uri.slice(document.uri.length - 50)}: ${JSON.stringify(change)}`);
    }
    this.#version++;
    void this.#server.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: document.uri, version: this.#version },
      contentChanges: changes,
    });
  }

  #ask(asked: Question): void {
    this.#asked.push(this.#answered(asked, this.#random.integer(15) === 0));
  }

  async #answered(asked: Question, cancelled: boolean): Promise<void> {
    const texts = new Map([...this.#open].map(([uri, document]) => [uri, document.getText()]));
    const textOf: TextOf = (uri) => texts.get(uri) ?? textAt(texts, uri);
    const cancelling = new CancellationTokenSource();
    this.#say(`  ask ${asked.method} ${JSON.stringify(asked.params)}${cancelled ? ' and cancel' : ''}`);
    const start = this.#spent();
    const answer = this.#server.connection.sendRequest<unknown>(asked.method, asked.params, cancelling.token);
    if (cancelled) cancelling.cancel();
    const result = await answer.catch((error: unknown) => {
      const code = (error as { code?: number }).code ?? 0;
      if ((asked.mayRefuse || cancelled) && refusals.has(code)) return undefined;
      throw new Error(`${asked.method} ${JSON.stringify(asked.params)} failed: ${String(error)}`, { cause: error });
    });
    const took = this.#spent() - start;
    this.answers++;
    if (took > slowestMs)
      throw new Error(`${asked.method} ${JSON.stringify(asked.params)} took ${Math.round(took)} ms`);
    if (result === undefined) return;
    const wrong = [...wrongPlaces(result, asked.uri, textOf, 'answer'), ...(asked.check?.(result, textOf) ?? [])];
    if (wrong.length > 0)
      throw new Error(`${asked.method} ${JSON.stringify(asked.params)}: ${wrong.slice(0, 3).join('; ')}`);
    const next = (asked.next?.(result) ?? []).slice(0, 3);
    await Promise.all(next.map((one) => this.#answered(one, false)));
  }

  /** Milliseconds that the server has worked, where the system tells: others use the machine too. */
  #spent(): number {
    try {
      const times =
        readFileSync(`/proc/${this.#server.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
      return times.reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
    } catch {
      return performance.now();
    }
  }

  /** Waits for all answers; nothing may have been complained about. */
  async #settle(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    await Promise.all(asked);
    if (this.#server.child.exitCode !== null) throw new Error(`the server ended with ${this.#server.child.exitCode}`);
    if (this.#server.logged.length > 0) throw new Error(`the server logged ${this.#server.logged.join('\n')}`);
    if (this.#server.complained !== '') throw new Error(`the server wrote ${this.#server.complained}`);
  }

  /** The findings are those of a fresh server, and all of them are inside of their files. */
  async #compare(): Promise<void> {
    const fresh = await new LspClient({ folders: [this.#options.root], stderr: true }).start();
    for (const document of this.#open.values()) fresh.open(document.uri, document.getText());
    // Answered once the folders were looked through.
    await fresh.connection.sendRequest('workspace/symbol', { query: 'x' });
    const expected = findings(fresh.published);
    let found = findings(this.#server.published);
    await until(
      'the findings are those of a fresh server',
      () => {
        found = findings(this.#server.published);
        return same(found, expected);
      },
      settledMs,
    ).catch(() => {
      throw new Error(`the findings differ from those of a fresh server: ${differences(found, expected)}`);
    });
    await fresh.stop();
    if (fresh.logged.length > 0 || fresh.complained !== '')
      throw new Error(`a fresh server says ${fresh.logged.join('\n')} ${fresh.complained}`);
    const texts = new Map([...this.#open].map(([uri, document]) => [uri, document.getText()]));
    const wrong = [...this.#server.published].flatMap(([uri, diagnostics]) =>
      wrongPlaces(diagnostics, uri, (where) => texts.get(where) ?? textAt(texts, where), 'diagnostics'),
    );
    if (wrong.length > 0) throw new Error(`findings outside of their files: ${wrong.slice(0, 3).join('; ')}`);
  }

  /** Takes one of the actions that are offered, as a person would. */
  async #applyAction(): Promise<void> {
    const around = this.#around();
    const document = this.#open.get(around.uri);
    if (!document) return;
    const { method, params } = codeActions(around, {
      start: { line: 0, character: 0 },
      end: { line: 100_000, character: 0 },
    });
    const actions = (await this.#server.connection.sendRequest<CodeAction[]>(method, params)).filter(
      ({ edit }) => edit?.changes,
    );
    const action = actions.length === 0 ? null : oneOf(actions, this.#random);
    this.#say(`apply ${action?.title}: ${JSON.stringify(action?.edit)}`);
    for (const [uri, edits] of Object.entries(action?.edit?.changes ?? {})) {
      const changed = this.#open.get(uri);
      if (!changed) continue;
      const change = { text: TextDocument.applyEdits(changed, edits) };
      TextDocument.update(changed, [change], ++this.#version);
      void this.#server.connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: this.#version },
        contentChanges: [change],
      });
    }
  }

  /** The files as they were when it failed, beside the reports of the tests. */
  #keep(): string {
    const folder = join(import.meta.dirname, '../../../build/test', `fuzz-${this.#options.seed}`);
    rmSync(folder, { recursive: true, force: true });
    cpSync(this.#options.root, folder, { recursive: true });
    for (const [uri, document] of this.#open) {
      const path = join(folder, fileURLToPath(uri).slice(this.#options.root.length));
      rmSync(path, { recursive: true, force: true });
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, document.getText());
    }
    return `the files as they were in the editor are in ${folder}`;
  }
}

/** What a client sends when a text became another: the part between the common start and the common end. */
function difference(document: TextDocument, text: string): { range: TextEdit['range']; text: string } {
  const old = document.getText();
  let [start, end] = [0, 0];
  while (start < Math.min(old.length, text.length) && old[start] === text[start]) start++;
  while (end < Math.min(old.length, text.length) - start && old.at(-1 - end) === text.at(-1 - end)) end++;
  return {
    range: { start: document.positionAt(start), end: document.positionAt(old.length - end) },
    text: text.slice(start, text.length - end),
  };
}

function readText(path: string): string | null {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? new TextDecoder().decode(readFileSync(path)) : null;
}

/** A file by whatever address it was named. */
function textAt(texts: ReadonlyMap<string, string>, uri: string): string | null {
  const path = pathOf(uri);
  return path === null ? null : (texts.get(editorUri(path)) ?? readText(path));
}

/** Findings by file, as far as there are any. */
function findings(published: ReadonlyMap<string, Diagnostic[]>): Map<string, string> {
  return new Map(
    [...published]
      .filter(([, diagnostics]) => diagnostics.length > 0)
      .map(([uri, diagnostics]) => [
        decodeURIComponent(uri),
        diagnostics
          .map((diagnostic) => JSON.stringify(diagnostic))
          .toSorted()
          .join('\n'),
      ]),
  );
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([uri, text]) => b.get(uri) === text);
}

function differences(found: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): string {
  const lines = (text: string | undefined) => new Set(text?.split('\n') ?? []);
  return [...new Set([...found.keys(), ...expected.keys()])]
    .flatMap((uri) => {
      const [ours, theirs] = [lines(found.get(uri)), lines(expected.get(uri))];
      const [more, less] = [
        [...ours].filter((line) => !theirs.has(line)),
        [...theirs].filter((line) => !ours.has(line)),
      ];
      return more.length + less.length === 0
        ? []
        : [
            `${uri}\n  only here: ${more.slice(0, 3).join('\n    ')}\n  only in the fresh one: ${less.slice(0, 3).join('\n    ')}`,
          ];
    })
    .join('\n');
}
