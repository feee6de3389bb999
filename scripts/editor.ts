import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.ts';
import { ensureCodeServer } from './codeServer.ts';
import { startEditorServer } from './editorServer.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** What `npm run demo` left shows every view full; without it the example starts empty. */
const played = join(root, 'build/demo/fraud');
const workspace = process.argv[2] ?? (existsSync(played) ? played : join(root, 'examples/fraud'));

/**
 * Opens the example with the extension under development: in the desktop editor when there is one, in code-server
 * otherwise.
 */
await build({ tests: false });
if (!existsSync(workspace)) throw new Error(`There is no ${workspace}. Name a folder: npm run editor -- FOLDER`);

if (spawnSync('code', ['--version']).status === 0 && process.env['LOOPWRIGHT_EDITOR'] !== 'browser') {
  spawn('code', [`--extensionDevelopmentPath=${root}`, workspace], { stdio: 'inherit' });
} else {
  const data = join(root, 'build/editorData');
  mkdirSync(data, { recursive: true });
  const server = await startEditorServer({ code: ensureCodeServer(), data, trust: true });
  const payload = JSON.stringify([
    ['extensionDevelopmentPath', `vscode-remote://127.0.0.1:${server.port}${root}`],
    ['skipWelcome', 'true'],
  ]);
  const url = `${server.origin}/?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(payload)}`;
  console.log(`VS Code with Loopwright on ${workspace}:\n${url}\nCtrl-C ends it.`);
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  // A machine without a desktop has no opener; the address above is enough there.
  spawn(opener, [url], { stdio: 'ignore', detached: true }).on('error', () => {});
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
}
