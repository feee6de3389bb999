import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { CodeServer } from '../../scripts/codeServer.ts';
import { startEditorServer } from '../../scripts/editorServer.ts';
import { startBrowser } from '../../scripts/chromium.ts';
import { pictures } from '../helpers/picture.ts';
import { emptyExtension, installPythonExtension } from './session.ts';
import type { Session } from './session.ts';

const limitMs = 240_000;

interface Work {
  folder: string;
  project: string;
  results: string;
  pictures: string;
  data: string;
}

/** The suite in code-server's workbench: a real extension host, real tasks and terminals, real webviews. */
export async function runInBrowser(code: CodeServer, session: Session, work: Work, root: string): Promise<void> {
  writeSettings(work.data);
  if (session.vsix !== null) installVsix(code, session.vsix, work.data);
  Object.assign(process.env, {
    LOOPWRIGHT_SUITE: session.suite,
    LOOPWRIGHT_RESULTS: work.results,
    LOOPWRIGHT_PICTURES: work.pictures,
  });
  if (session.suite === 'all') installPythonExtension(root, join(work.data, 'extensions'));
  const server = await startEditorServer({ code, data: work.data, trust: session.suite !== 'untrusted' });
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const ended = new Promise<void>((resolve, reject) => {
      setTimeout(() => reject(new Error(`The suite did not end in ${limitMs / 1000} s.`)), limitMs).unref();
      void page.exposeFunction('codeAutomationExit', () => resolve());
      void page.exposeFunction(
        'codeAutomationLog',
        (type: string, args: unknown[]) => process.env['LOOPWRIGHT_VERBOSE'] && console.log(type, ...args),
      );
    });
    const remote = (path: string): string => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const extension = session.vsix === null ? root : emptyExtension(work.data);
    const payload = [
      ['extensionDevelopmentPath', remote(extension)],
      ['extensionTestsPath', remote(join(root, 'dist/test/editor/index.cjs'))],
      ['skipWelcome', 'true'],
    ];
    await page.goto(
      `${server.origin}/?folder=${encodeURIComponent(work.project)}&payload=${encodeURIComponent(JSON.stringify(payload))}`,
    );
    const photographer = takePictures(page, work.pictures);
    await ended.catch((error: unknown) => {
      console.log(String(error));
      return page.screenshot({ path: join(pictures, `editor-hung-${session.suite}.png`) });
    });
    photographer.stop();
    if (process.env['LOOPWRIGHT_VERBOSE']) console.log(server.log());
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** The suite asks for a picture by a file, and goes on when the answering file is there. */
function takePictures(page: Page, folder: string): { stop(): void } {
  mkdirSync(pictures, { recursive: true });
  let busy = false;
  const timer = setInterval(() => {
    const wanted = readdirSync(folder).find(
      (name) => name.endsWith('.wanted') && !existsSync(join(folder, name.replace('.wanted', '.done'))),
    );
    if (wanted === undefined || busy) return;
    busy = true;
    const name = wanted.replace('.wanted', '');
    // Two frames later everything that was asked for is drawn.
    page
      .evaluate(
        () =>
          new Promise((drawn) => {
            requestAnimationFrame(() => requestAnimationFrame(drawn));
          }),
      )
      .then(() =>
        page.screenshot({ path: join(pictures, `${name.startsWith('editor-') ? name : `editor-${name}`}.png`) }),
      )
      .catch((error: unknown) => console.log(`no picture ${name}: ${String(error)}`))
      .finally(() => {
        writeFileSync(join(folder, `${name}.done`), '');
        busy = false;
      });
  }, 150);
  return { stop: () => clearInterval(timer) };
}

/** Nothing that talks, updates or asks at start. */
export function writeSettings(data: string): void {
  const settings = {
    'security.workspace.trust.startupPrompt': 'never',
    'security.workspace.trust.banner': 'never',
    'files.autoSave': 'off',
    'telemetry.telemetryLevel': 'off',
    'workbench.startupEditor': 'none',
    'workbench.tips.enabled': false,
    'extensions.autoUpdate': false,
    'extensions.autoCheckUpdates': false,
    'git.openRepositoryInParentFolders': 'never',
    'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
  };
  for (const scope of ['User', 'Machine']) {
    mkdirSync(join(data, 'data', scope), { recursive: true });
    writeFileSync(join(data, 'data', scope, 'settings.json'), JSON.stringify(settings));
  }
}

/** Installs the package and returns the folder it went to. */
export function installVsix(code: CodeServer, vsix: string, data: string): string {
  const said = execFileSync(
    code.node,
    [code.main, '--install-extension', vsix, '--server-data-dir', data, '--accept-server-license-terms', '--force'],
    { encoding: 'utf8' },
  );
  console.log(said.trim().split('\n').at(-1));
  const folder = readdirSync(join(data, 'extensions')).find((name) => name.startsWith('loopwright.'));
  if (folder === undefined) throw new Error(`The package was not installed into ${data}/extensions.\n${said}`);
  return join(data, 'extensions', folder);
}
