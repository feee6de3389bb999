import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WorkError } from '../../base/errors.ts';
import { runCommand } from '../../base/runCommand.ts';
import { openNew } from '../../base/writeAtomic.ts';
import { watched } from './filesSource.ts';
import type { Received, SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';
import { replaceFileSync } from '../../base/replaceFile.ts';

export interface CommandSource {
  command: string;
  output?: string | undefined;
  format?: 'csv' | 'jsonl' | undefined;
}

const lastLines = 20;

/** Runs a command and reads the file it writes, or its standard output. Cancelling stops its whole process tree. */
export async function fromCommand(context: SourceContext, source: CommandSource): Promise<Received> {
  return source.output === undefined ? printed(context, source) : written(context, source.command, source.output);
}

async function written(context: SourceContext, command: string, output: string): Promise<Received> {
  await run(context, command);
  const found = context.expand(output);
  if (found.length === 0)
    throw new WorkError(`The command succeeded but did not write \`${output}\`: ${command}`, {
      place: { file: 'loopwright.yaml' },
    });
  return watched(found.map((file) => projectPath(context.root, file)));
}

/** Returns the path of the file with the standard output of a command, in the folder for received files. */
export function commandOutput(folder: string, { command, format = 'csv' }: CommandSource): string {
  return join(folder, createHash('sha256').update(command).digest('hex').slice(0, 16), `printed.${format}`);
}

async function printed(context: SourceContext, source: CommandSource): Promise<Received> {
  const { command, format = 'csv' } = source;
  const path = commandOutput(context.folder, source);
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.part`;
  const handle = openNew(unfinished);
  const telling = setInterval(
    () =>
      context.progress(
        `the command printed ${(statSync(unfinished, { throwIfNoEntry: false })?.size ?? 0).toLocaleString('en-US')} bytes`,
      ),
    500,
  );
  try {
    await run(context, command, handle);
  } finally {
    clearInterval(telling);
    closeSync(handle);
  }
  if (statSync(unfinished).size === 0)
    throw new WorkError(
      `The command printed nothing: ${command}. It must print ${format === 'csv' ? 'CSV with a header' : 'one JSON object per line'}, or \`output\` must be the file that it writes.`,
      { place: { file: 'loopwright.yaml' } },
    );
  replaceFileSync(unfinished, path);
  return { files: [path], version: null };
}

async function run(context: SourceContext, command: string, stdout?: number): Promise<void> {
  context.log(`$ ${command}`);
  const last: string[] = [];
  const code = await runCommand({
    cmd: command,
    cwd: context.root,
    signal: context.signal,
    env: context.programEnv(),
    stdout,
    onSpawn: context.onSpawn,
    onLine: (line) => {
      if (line.trim() !== '') last.push(line);
      if (last.length > lastLines) last.shift();
      context.log(line);
    },
  });
  if (code !== 0)
    throw new WorkError(
      `The command ended with exit code ${code}: ${command}${last.length === 0 ? '' : `\n${last.join('\n')}`}`,
      { place: { file: 'loopwright.yaml' } },
    );
}
