import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProposedFile } from '../../protocol/start.ts';
import { readRegularFile } from '../base/readRegularFile.ts';

/** Returns the lines that `.gitignore` needs for these paths: a new file, or lines to append. */
export function ignoredFiles(root: string, paths: readonly string[]): ProposedFile[] {
  const file = join(root, '.gitignore');
  if (!existsSync(file))
    return [
      {
        path: '.gitignore',
        how: 'new',
        about: 'generated files are not committed',
        text: `${paths.join('\n')}\n`,
      },
    ];
  const text = readRegularFile(file).toString('utf8');
  const there = new Set(text.split(/\r?\n/).map((line) => line.trim().replaceAll(/^\/|\/$/g, '')));
  const covered = (path: string) =>
    path.split('/').some((_, i, parts) => there.has(parts.slice(0, i + 1).join('/'))) ||
    there.has(path.replace(/\/$/, ''));
  const lacking = paths.filter((path) => !covered(path));
  if (lacking.length === 0) return [];
  return [
    {
      path: '.gitignore',
      how: 'append',
      about: 'generated files are not committed',
      text: `${text === '' || text.endsWith('\n') ? '' : '\n'}${lacking.join('\n')}\n`,
    },
  ];
}
