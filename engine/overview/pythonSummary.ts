import { basename } from 'node:path';
import type { ProjectOverview } from '../../protocol/lifeCycle.ts';
import { messageOf } from '../base/errors.ts';
import { findPython, pythonText } from '../python/findPython.ts';

/** The Python of a project for the sidebar and the status bar. Starts no program. */
export function pythonSummary(root: string, python: string | undefined): ProjectOverview['python'] {
  try {
    const found = findPython({ root, python });
    if (!found) return null;
    return {
      path: pythonText(found, root),
      name: basename(found.environment?.folder ?? found.path),
      why: found.why,
    };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
