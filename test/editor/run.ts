import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../scripts/build.ts';
import { installedCodeServer } from '../../scripts/codeServer.ts';
import { runInBrowser } from './browserSession.ts';
import { runAsPerson } from './personSession.ts';
import { longSessions, personSessions } from './person/personSessions.ts';
import { emptyExtension, installPythonExtension } from './session.ts';
import { firstSteps } from './person/firstSteps.ts';
import { playedPictures } from './person/playedPictures.ts';
import type { PersonSession } from './person/personTest.ts';
import type { Session } from './session.ts';
import { chromiumPath } from '../../scripts/chromium.ts';
import { pictures } from '../helpers/picture.ts';
import { isLong } from '../helpers/rounds.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The pictures that the README and the docs show, renewed from the last run of the suite `pictures`. */
function saveImages(): void {
  for (const name of ['explorer', 'runHistory', 'modelCard', 'drift']) {
    const picture = readFileSync(join(pictures, `editor-${name}.png`));
    if (picture.length > 300_000)
      throw new Error(`editor-${name}.png has ${picture.length} bytes: pictures of the docs stay below 300 KB.`);
    mkdirSync(join(root, 'docs/images'), { recursive: true });
    writeFileSync(join(root, 'docs/images', `${name}.png`), picture);
  }
}

/**
 * So many sessions of the package may be played a second time. A session drives an editor and a browser that are not
 * ours, with real mouse and keys, and a machine that stalls for a second loses a press; what is broken fails twice.
 * `npm test` plays failed sessions again when the other suites are done.
 */
const secondTries = process.argv.includes('--vsix') ? 1 : 0;

type Counts = Record<'passed' | 'failed' | 'skipped', number>;

interface Line {
  test?: string;
  state?: 'passed' | 'failed' | 'skipped';
  ms?: number;
  error?: string;
  counts?: Counts;
}

/**
 * Runs the suites inside a real VS Code: a desktop one named by LOOPWRIGHT_CODE, else code-server in a headless
 * Chromium.
 */
async function main(): Promise<number> {
  const vsixAt = process.argv.indexOf('--vsix');
  const vsix = vsixAt < 0 ? null : resolve(process.argv[vsixAt + 1] ?? '');
  // `npm test` has built just before.
  if (process.env['LOOPWRIGHT_BUILT'] !== '1') await build();
  // Names of sessions with commas between.
  const chosen = process.argv
    .find((argument) => argument.startsWith('--suite='))
    ?.slice('--suite='.length)
    .split(',');
  const small = join(root, 'test/fixtures/project');
  const named = process.argv.find((argument) => argument.startsWith('--example='))?.slice('--example='.length);
  const example = named === undefined ? join(root, 'build/demo/fraud') : resolve(named);
  const sessions: Session[] =
    vsix === null
      ? [
          { suite: 'all', project: small, vsix },
          { suite: 'untrusted', project: small, vsix },
        ]
      : [{ suite: 'smoke', project: small, vsix }];
  // What `npm run demo` or a run leaves; without it the pictures would be empty.
  const played: Record<string, PersonSession> =
    vsix === null && existsSync(join(example, '.loopwright'))
      ? {
          pictures: playedPictures(
            example,
            chosen?.includes('pictures') === true || process.argv.includes('--save-images'),
          ),
        }
      : {};
  const total = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts: Counts): void => {
    for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key];
  };
  let moreTries = secondTries;
  const play = async (name: string, session: () => Promise<Counts>): Promise<void> => {
    console.log(`# ${name}`);
    const counts = await timed(session);
    if (counts.failed === 0 || moreTries-- <= 0) return add(counts);
    console.log(`# ${name} once more: what failed above fails the run when it fails again`);
    add(await timed(session));
  };
  for (const session of sessions.filter((one) => chosen === undefined || chosen.includes(one.suite)))
    await play(session.suite, () => runSession(session));
  // Of the installed package the first steps are enough: what is in it and whether it starts.
  // CI plays them there only.
  const ofSource = { ...personSessions, ...played };
  if (!isLong && chosen === undefined) for (const name of longSessions) delete ofSource[name];
  if (process.env['CI'] && chosen === undefined) delete ofSource['firstSteps'];
  const people: Record<string, PersonSession> = vsix === null ? ofSource : { firstSteps };
  for (const [name, session] of Object.entries(people).filter(([one]) =>
    chosen === undefined ? canPlay() : chosen.includes(one),
  ))
    await play(name, () => playSession(name, session, vsix));
  if (process.argv.includes('--save-images') && total.failed === 0) saveImages();
  console.log(JSON.stringify({ editor: total }));
  return total.failed > 0 || total.passed + total.skipped === 0 ? 1 : 0;
}

/** A person is played in the browser; the desktop editor has the suites inside. */
function canPlay(): boolean {
  return process.env['LOOPWRIGHT_CODE'] === undefined && installedCodeServer() !== null && chromiumPath() !== null;
}

async function timed(work: () => Promise<Counts>): Promise<Counts> {
  const started = performance.now();
  const counts = await work();
  console.log(
    `  ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  return counts;
}

async function playSession(name: string, session: PersonSession, vsix: string | null): Promise<Counts> {
  const code = installedCodeServer();
  if (!code || chromiumPath() === null) return skip('a person is played in code-server with Chromium');
  const folder = mkdtempSync(join(tmpdir(), `loopwright-${name}-`));
  const work = { folder, results: join(folder, 'results.jsonl'), data: join(folder, 'data') };
  mkdirSync(work.data);
  writeFileSync(work.results, '');
  try {
    await runAsPerson(name, session, code, vsix, work, root);
    return report(work.results);
  } finally {
    dispose(folder);
  }
}

async function runSession(session: Session): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-editor-'));
  const work = {
    folder,
    project: join(folder, 'project'),
    results: join(folder, 'results.jsonl'),
    pictures: join(folder, 'pictures'),
    data: join(folder, 'data'),
  };
  for (const path of [work.pictures, work.data]) mkdirSync(path, { recursive: true });
  cpSync(session.project, work.project, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|__pycache__)$/.test(path),
  });
  execFileSync('git', ['init', '-q'], { cwd: work.project });
  writeFileSync(work.results, '');
  try {
    const desktop = process.env['LOOPWRIGHT_CODE'];
    const code = installedCodeServer();
    if (desktop) await runOnDesktop(desktop, session, work);
    else if (code && chromiumPath() !== null) await runInBrowser(code, session, work, root);
    else
      return skip(
        code
          ? 'no Chromium was found: set CHROMIUM'
          : 'no VS Code: set LOOPWRIGHT_CODE or run `node scripts/codeServer.ts --install`',
      );
    return report(work.results);
  } finally {
    dispose(folder);
  }
}

async function runOnDesktop(
  executable: string,
  session: Session,
  work: { project: string; results: string; data: string },
): Promise<void> {
  const { runTests } = await import('@vscode/test-electron');
  const args = [
    work.project,
    '--user-data-dir',
    join(work.data, 'user'),
    '--extensions-dir',
    join(work.data, 'extensions'),
    '--skip-welcome',
    '--no-sandbox',
  ];
  if (session.suite !== 'untrusted') args.push('--disable-workspace-trust');
  if (session.vsix !== null)
    execFileSync(executable, ['--install-extension', session.vsix, ...args.slice(1, 5)], { stdio: 'inherit' });
  if (session.suite === 'all') installPythonExtension(root, join(work.data, 'extensions'));
  const extension = session.vsix === null ? root : emptyExtension(work.data);
  await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: extension,
    extensionTestsPath: join(root, 'dist/test/editor/index.cjs'),
    launchArgs: args,
    extensionTestsEnv: { LOOPWRIGHT_SUITE: session.suite, LOOPWRIGHT_RESULTS: work.results },
  }).catch(() => {});
}

function dispose(folder: string): void {
  if (process.env['LOOPWRIGHT_KEEP'] === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  else console.log(`kept ${folder}`);
}

function report(file: string): Counts {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  for (const line of lines) {
    if (line.test !== undefined)
      console.log(
        `${{ passed: 'ok  ', failed: 'FAIL', skipped: 'skip' }[line.state ?? 'failed']} ${line.test}${line.ms === undefined ? '' : ` (${line.ms} ms)`}${line.error === undefined ? '' : `\n${line.error}`}`,
      );
  }
  const counts = lines.findLast((line) => line.counts !== undefined)?.counts;
  if (counts) return counts;
  console.log('FAIL the suite did not come to its end');
  return {
    passed: lines.filter((line) => line.state === 'passed').length,
    failed: 1 + lines.filter((line) => line.state === 'failed').length,
    skipped: 0,
  };
}

function skip(why: string): Counts {
  console.log(`skip everything: ${why}`);
  return { passed: 0, failed: 0, skipped: readdirSync(join(root, 'test/editor/suite')).length };
}

process.exitCode = await main();
