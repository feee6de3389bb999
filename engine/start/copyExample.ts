import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CancelledError, ProjectError, WorkError } from '../base/errors.ts';

/** Returns the names of the examples in this build; empty when it contains none. */
export function exampleNames(): string[] {
  const folder = examplesFolder();
  return folder === null
    ? []
    : readdirSync(folder)
        .filter((name) => existsSync(join(folder, name, 'generate.mjs')))
        .toSorted();
}

/** Returns the examples folder beside the source or beside the bundle. */
function examplesFolder(): string | null {
  const places = ['../../examples', '../examples'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return places.find((path) => existsSync(join(path, 'fraud', 'loopwright.yaml'))) ?? null;
}

/** Copies an example into a folder and generates its data. Overwrites nothing. */
export async function copyExample(name: string, root: string, signal?: AbortSignal): Promise<string[]> {
  const folder = examplesFolder();
  const names = exampleNames();
  if (folder === null || !names.includes(name))
    throw new ProjectError(
      `There is no example \`${name}\`.${names.length > 0 ? ` Available: ${names.join(', ')}.` : ''}`,
    );
  const from = join(folder, name);
  const made = /^(incoming|data|\.loopwright)$/;
  const parts = readdirSync(from).filter((part) => !made.test(part));
  const taken = [...parts, 'incoming', 'data'].find((part) => existsSync(join(root, part)));
  if (taken !== undefined)
    throw new ProjectError(
      `${join(root, taken)} already exists; nothing was changed. An example needs a folder of its own: \`loopwright init NAME --example\`.`,
    );
  mkdirSync(root, { recursive: true });
  for (const part of parts)
    cpSync(join(from, part), join(root, part), { recursive: true, filter: (path) => !made.test(basename(path)) });
  if (!existsSync(join(root, '.gitignore')))
    writeFileSync(join(root, '.gitignore'), 'incoming/\ndata/\n.loopwright/\n');
  // Real data is part of the package; synthetic data is generated.
  if (existsSync(join(from, 'incoming'))) cpSync(join(from, 'incoming'), join(root, 'incoming'), { recursive: true });
  else await generate(from, root, signal);
  return parts;
}

/** The generator runs from its own folder, where it finds the packages that contain the data. */
function generate(from: string, root: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(from, 'generate.mjs'), '--out', join(root, 'incoming')], {
      cwd: root,
      windowsHide: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words += text;
    });
    child.once('error', (error) =>
      reject(
        signal?.aborted
          ? new CancelledError()
          : new WorkError(`The data of the example could not be generated: ${error.message}`),
      ),
    );
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(
            new WorkError(
              `The data of the example could not be generated: ${words.trim().split('\n').at(-1) ?? `exit code ${code ?? 'unknown'}`}`,
            ),
          ),
    );
  });
}
