import { appendFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { CodeServer } from '../../scripts/codeServer.ts';
import { startEditorServer } from '../../scripts/editorServer.ts';
import { startBrowser } from '../../scripts/chromium.ts';
import { installVsix, writeSettings } from './browserSession.ts';
import { takePicture } from '../helpers/picture.ts';
import type { PersonSession } from './person/personTest.ts';
import { Workbench } from './person/workbench.ts';

interface Work {
  folder: string;
  results: string;
  data: string;
}

/**
 * Plays a person: no test code in the extension host, so questions are asked, windows reload, and a package is what was
 * installed.
 */
export async function runAsPerson(
  name: string,
  session: PersonSession,
  code: CodeServer,
  vsix: string | null,
  work: Work,
  root: string,
): Promise<void> {
  writeSettings(work.data);
  const extension = vsix === null ? root : installVsix(code, vsix, work.data);
  const server = await startEditorServer({
    code,
    data: work.data,
    trust: session.trust,
    env: session.bare ? { PATH: barePath(work.folder) } : {},
  });
  const browser = await startBrowser();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const tell = (line: object): void => appendFileSync(work.results, `${JSON.stringify(line)}\n`);
  try {
    const project = await session.prepare(work.folder, root);
    const page = await (
      await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
    ).newPage();
    if (process.env['LOOPWRIGHT_VERBOSE']) page.on('console', (message) => console.log(message.text()));
    const workbench = new Workbench(page);
    const payload =
      vsix === null ? [['extensionDevelopmentPath', `vscode-remote://127.0.0.1:${server.port}${root}`]] : [];
    const address = (path: string): string =>
      `${server.origin}/?${path.endsWith('.code-workspace') ? 'workspace' : 'folder'}=${encodeURIComponent(path)}&payload=${encodeURIComponent(JSON.stringify([...payload, ['skipWelcome', 'true']]))}`;
    await workbench.open(address(project));
    let broken = false;
    for (const test of session.tests) {
      const started = performance.now();
      const told = { test: `${name}: ${test.name}` };
      if (broken) {
        counts.failed++;
        tell({ ...told, state: 'failed', error: '     not reached: a step before it failed' });
        continue;
      }
      try {
        await test.run({
          workbench,
          project,
          folder: work.folder,
          cli: join(extension, 'dist/cli.cjs'),
          server,
          address,
        });
        counts.passed++;
        tell({ ...told, state: 'passed', ms: Math.round(performance.now() - started) });
      } catch (error) {
        await takePicture(page, `editor-failed-${name}`, { always: true }).catch(() => {});
        broken = true;
        counts.failed++;
        tell({
          ...told,
          state: 'failed',
          error: `${error instanceof Error ? error.stack : String(error)}\n${await workbench.seen()}`,
        });
      }
    }
  } finally {
    tell({ counts });
    await browser.close();
    await server.stop();
    await session.finish?.();
    if (process.env['LOOPWRIGHT_VERBOSE']) console.log(server.log());
  }
}

/** A PATH with a shell and git and nothing else: no Python and no Node may be needed. */
function barePath(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const program of ['sh', 'bash', 'git', 'ps', 'cat', 'sed', 'uname', 'env']) {
    const found = execFileSync('sh', ['-c', `command -v ${program} || true`], { encoding: 'utf8' }).trim();
    if (found.startsWith('/')) symlinkSync(found, join(bin, program));
  }
  return bin;
}
