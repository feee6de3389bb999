import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { EngineMethod, EngineRequests } from '../../protocol/engineHost.ts';
import type { FileProblem } from '../../protocol/lifeCycle.ts';
import type { FromView, ToView, ViewAction, ViewName, ViewState } from '../../protocol/webview.ts';
import { fixtureNow } from '../fixtures/views/random.ts';
import { chromiumPath, startBrowser } from '../../scripts/chromium.ts';
import { takePicture } from './picture.ts';
import { themes } from './themes.ts';
import type { ThemeName } from './themes.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const nonce = 'fixedForTests';
// Each frame is drawn by the processor: what turns or fades, as the icon of a running run does, cost a fifth.
const reducedMotion = 'reduce';
const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', ttf: 'font/ttf' };

/** Answers of the engine; a method that is missing never answers, as in a slow engine. */
export type Answers = {
  [M in EngineMethod]?: (
    params: EngineRequests[M]['params'],
  ) => EngineRequests[M]['result'] | Promise<EngineRequests[M]['result']>;
};

/** Why the views cannot be tested here; false when they can. */
export function cannotTest(): string | false {
  if (chromiumPath() === null) return 'no Chromium found: set CHROMIUM to its path';
  return existsSync(join(root, 'dist/webviews/drift.js')) ? false : 'the views are not built: run npm run build';
}

export interface OpenView {
  page: Page;
  /** Console errors and Content-Security-Policy violations so far. */
  faults: string[];
  actions: ViewAction[];
  requests: string[];
  /** Changes what the engine answers from now on. */
  answer(more: Answers): void;
  /** The store or the files changed; with a problem, the file of the project cannot be read. */
  changed(problem?: FileProblem | null): Promise<void>;
  picture(name: string): Promise<void>;
  /** Ends the view; its page is used again for the next. */
  close(): Promise<void>;
}

/** The states that views persisted before a reload, by the key in the address of their page. */
type PersistedStates = Map<string, unknown>;

interface Size {
  width: number;
  height: number;
}

type Receive = (message: FromView) => ToView | null | Promise<ToView | null>;

/**
 * A browser and a small server that hand out the built views as VS Code does. A page of the browser is used for many
 * views, one after the other: a new page takes as long as twenty navigations.
 */
export class ViewBench {
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #origin: string;
  /** The page of each open view, with its side of the bridge. */
  readonly #open = new Map<Page, Receive>();
  readonly #idle: Page[] = [];
  readonly #persisted: PersistedStates;

  private constructor(browser: Browser, server: Server, origin: string, persisted: PersistedStates) {
    this.#browser = browser;
    this.#server = server;
    this.#origin = origin;
    this.#persisted = persisted;
  }

  static async start(): Promise<ViewBench> {
    const persisted: PersistedStates = new Map();
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://local');
      if (url.pathname === '/favicon.ico') return void response.writeHead(204).end();
      const view = url.searchParams.get('view');
      if (view !== null) {
        response.setHeader('content-type', 'text/html');
        const before = persisted.get(url.searchParams.get('persisted') ?? '');
        response.end(pageOf(view, `http://${request.headers.host ?? ''}`, url.searchParams.get('theme') ?? '', before));
        return;
      }
      readFile(join(root, 'dist/webviews', url.pathname.replaceAll('..', ''))).then(
        (content) => {
          response.setHeader('content-type', types[url.pathname.split('.').at(-1) ?? ''] ?? 'text/plain');
          response.end(content);
        },
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const browser = await startBrowser();
    return new ViewBench(browser, server, `http://127.0.0.1:${port}`, persisted);
  }

  async open<V extends ViewName>(
    view: V,
    state: ViewState[V],
    answers: Answers,
    theme: ThemeName = 'dark',
    size: Size = { width: 1280, height: 800 },
    { persisted, realTime = false }: { persisted?: unknown; realTime?: boolean } = {},
  ): Promise<OpenView> {
    const page = await this.#page(size, realTime);
    const faults: string[] = [];
    const actions: ViewAction[] = [];
    const requests: string[] = [];
    const current: { answers: Answers } = { answers };
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    const receive: Receive = (message) => {
      if (message.kind === 'ready')
        return { kind: 'open', project: 'card-fraud', root: '/projects/card-fraud', state, problem: null };
      if (message.kind === 'failed') faults.push(message.message);
      if (message.kind === 'action') actions.push(message.action);
      if (message.kind !== 'request') return null;
      requests.push(message.method);
      return answerTo(message, current.answers);
    };
    this.#open.set(page, receive);
    const key = String(this.#persisted.size);
    this.#persisted.set(key, persisted);
    await page.goto(`${this.#origin}/?view=${view}&theme=${theme}&persisted=${key}`);
    return {
      page,
      faults,
      actions,
      requests,
      answer: (more) => {
        current.answers = { ...current.answers, ...more };
      },
      changed: (problem = null) =>
        page.evaluate((given) => window.postMessage({ kind: 'changed', problem: given }, '*'), problem),
      picture: (name) => takePicture(page, name),
      close: () => this.#release(page),
    };
  }

  /** Ends the views that are open, so that the next has the machine for itself. */
  async closePages(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((page) => this.#release(page)));
  }

  async #page(size: Size, realTime: boolean): Promise<Page> {
    const idle = realTime ? undefined : this.#idle.pop();
    if (idle) {
      await idle.setViewportSize(size);
      return idle;
    }
    const page = await this.#browser.newPage({ viewport: size, deviceScaleFactor: 1, reducedMotion });
    // Times of day stand still for the pictures; where speed is measured the page has its own timers.
    if (!realTime) await page.clock.setFixedTime(fixtureNow);
    // As text, like VS Code's own messages: Playwright takes an object apart value by value, which for a page of runs
    // is longer than all the rest.
    await page.exposeFunction('hostReceives', async (message: string): Promise<string> =>
      JSON.stringify((await this.#open.get(page)?.(JSON.parse(message) as FromView)) ?? null),
    );
    return page;
  }

  /** Makes the page as a new one is: without a view, listeners, a pointer over it, or media that a test set. */
  async #release(page: Page): Promise<void> {
    if (!this.#open.delete(page) || page.isClosed()) return;
    page.removeAllListeners('console').removeAllListeners('pageerror');
    await page.goto('about:blank');
    await page.mouse.move(-1, -1);
    await page.emulateMedia({ media: null, reducedMotion });
    await page.unrouteAll();
    this.#idle.push(page);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }
}

async function answerTo(message: Extract<FromView, { kind: 'request' }>, answers: Answers): Promise<ToView | null> {
  const answer = answers[message.method] as ((params: unknown) => unknown) | undefined;
  if (!answer) return null;
  try {
    return { kind: 'response', id: message.id, result: await answer(message.params) };
  } catch (error) {
    return { kind: 'error', id: message.id, message: error instanceof Error ? error.message : String(error) };
  }
}

/** The page as client/panels/viewHtml.ts writes it, with VS Code's side of the bridge before it. */
function pageOf(view: string, origin: string, theme: string, persisted: unknown): string {
  const { class: name, colors } = themes[theme as ThemeName] ?? themes.dark;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${origin} 'nonce-${nonce}'; font-src ${origin}; img-src ${origin} data:`;
  const variables = {
    ...Object.fromEntries(Object.entries(colors).map(([key, value]) => [`--vscode-${key}`, value])),
    '--vscode-font-family': 'system-ui, "Noto Sans", sans-serif',
    '--vscode-font-size': '13px',
    '--vscode-editor-font-family': 'monospace',
  };
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="/codicon.css" id="vscode-codicon-stylesheet" nonce="${nonce}"><link rel="stylesheet" href="/${view}.css"></head>
<body class="${name}"><main id="view"></main>
<script nonce="${nonce}">
for (const [key, value] of Object.entries(${JSON.stringify(variables)})) document.documentElement.style.setProperty(key, value);
const persisted = { state: ${persisted === undefined ? 'undefined' : JSON.stringify(persisted)} };
window.acquireVsCodeApi = () => ({
  postMessage: async (message) => { const answer = JSON.parse(await window.hostReceives(JSON.stringify(message))); if (answer) window.postMessage(answer, '*'); },
  getState: () => persisted.state, setState: (state) => { persisted.state = state; window.persistedState = state; },
});
</script>
<script nonce="${nonce}" src="/${view}.js"></script></body></html>`;
}
