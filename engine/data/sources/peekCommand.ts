import { existsSync, statSync } from 'node:fs';
import { exactTime } from '../../../words/times.ts';
import { commandOutput, fromCommand, type CommandSource } from './commandSource.ts';
import { freshness, type Peek, type PeekOptions } from './peek.ts';
import { peekPaths } from './peekFiles.ts';
import type { SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';

/**
 * Shows what a command wrote the last time. The command is run only with consent: running somebody's program has
 * effects of its own.
 */
export async function peekCommand(context: SourceContext, source: CommandSource, options: PeekOptions): Promise<Peek> {
  if (options.runs === true) {
    const { files } = await fromCommand(context, source);
    return { ...(await peekPaths(context, files, options)), about: `the command, run now: ${source.command}` };
  }
  const kept =
    source.output === undefined
      ? [commandOutput(options.received ?? '', source)].filter((path) => existsSync(path))
      : context.expand(source.output).map((file) => projectPath(context.root, file));
  const about = `a command, not run: ${source.command}`;
  if (kept.length === 0)
    return {
      about,
      columns: [],
      rows: [],
      notes: ['A preview does not run a command, and there is no earlier output. Agree to run it to see its rows.'],
    };
  const at = Math.max(...kept.map((path) => statSync(path).mtimeMs));
  const peek = await peekPaths(context, kept, options);
  return {
    ...freshness(at, 'file'),
    ...peek,
    about,
    notes: [
      `These rows are what the command wrote on ${exactTime(at)}. A preview does not run it unless you agree.`,
      ...(peek.notes ?? []),
    ],
  };
}
