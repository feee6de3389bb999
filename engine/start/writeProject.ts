import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProposedFile } from '../../protocol/start.ts';
import { ProjectError, WorkError, messageOf } from '../base/errors.ts';
import { refuseSecond } from './proposeProject.ts';

/**
 * Writes the proposed files and overwrites nothing. Writes all of them, or none when one exists. The project file is
 * written last, so that an incomplete project is never visible.
 */
export function writeProject(root: string, files: readonly ProposedFile[]): void {
  refuseSecond(root);
  const taken = files.find(({ path, how }) => how === 'new' && existsSync(join(root, path)));
  if (taken) throw new ProjectError(`${taken.path} already exists; nothing was changed.`);
  const written: string[] = [];
  const last = (path: string) => Number(path === 'loopwright.yaml');
  try {
    for (const { path, text, how } of files.toSorted((a, b) => last(a.path) - last(b.path))) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      if (how === 'append') appendFileSync(file, text);
      else {
        // `wx` fails for a file that was created in the meantime.
        writeFileSync(file, text, { flag: 'wx' });
        written.push(file);
      }
    }
  } catch (error) {
    for (const file of written) rmSync(file, { force: true });
    throw new WorkError(`The project could not be written: ${messageOf(error)}. Nothing was changed.`, {
      cause: error,
    });
  }
}
