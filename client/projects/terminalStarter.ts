import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeProgram } from '../node.ts';

/**
 * Writes the program `loopwright` for terminals into a folder: it starts the extension's command line with the editor's
 * Node.
 */
export async function writeStarter(folder: string, cli: string, node: NodeProgram): Promise<void> {
  await mkdir(folder, { recursive: true });
  const variables = Object.entries(node.env);
  const sh = `#!/bin/sh\n${variables.map(([name, value]) => `${name}=${value} `).join('')}exec ${quoted(node.path)} ${quoted(cli)} "$@"\n`;
  await write(join(folder, 'loopwright'), sh);
  const cmd = [
    '@echo off',
    'setlocal',
    ...variables.map(([name, value]) => `set ${name}=${value}`),
    `"${node.path}" "${cli}" %*`,
    '',
  ].join('\r\n');
  if (process.platform === 'win32') await write(join(folder, 'loopwright.cmd'), cmd);
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Written only when it is another one, so that a shell that runs it at this moment reads what it began with. */
async function write(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => null)) === text) return;
  await writeFile(path, text, { mode: 0o755 });
  await chmod(path, 0o755);
}
