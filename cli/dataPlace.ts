import type { SubjectPlace } from '../engine/overview/dataSubject.ts';
import { findSubject, parseSubject, type FoundSubject } from '../engine/overview/dataSubject.ts';
import { ProjectError } from '../engine/base/errors.ts';
import type { CommandContext } from './context.ts';

/**
 * Where the commands under `data` look for what they are given: the working folder, and the project around it where
 * there is one.
 */
export function dataPlace(context: CommandContext): SubjectPlace {
  const folder = process.cwd();
  try {
    const project = context.project();
    return { project, config: project.readable?.config ?? null, store: context.storeIfAny(), folder };
  } catch (error) {
    // Files can be looked at anywhere.
    if (error instanceof ProjectError && !process.argv.includes('--project'))
      return { project: null, config: null, store: null, folder };
    throw error;
  }
}

/** The table that an argument means. */
export async function subjectGiven(
  context: CommandContext,
  text: string | undefined,
): Promise<{ found: FoundSubject; place: SubjectPlace }> {
  if (text === undefined)
    throw new ProjectError('Say which data: a file, a dataset, or a version such as `features@latest`.');
  const place = dataPlace(context);
  return { found: await findSubject(parseSubject(text, place), place), place };
}
