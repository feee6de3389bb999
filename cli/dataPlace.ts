import type { SubjectPlace } from '../engine/overview/dataSubject.ts';
import { findSubject, parseSubject, type FoundSubject } from '../engine/overview/dataSubject.ts';
import { ProjectError } from '../engine/base/errors.ts';
import type { CommandContext } from './context.ts';

/**
 * Where the commands under `data` resolve their arguments: the working folder, and the project around it if there is
 * one.
 */
export function dataPlace(context: CommandContext): SubjectPlace {
  const folder = process.cwd();
  const { signal } = context;
  try {
    const project = context.project();
    return { project, config: project.readable?.config ?? null, store: context.storeIfAny(), folder, signal };
  } catch (error) {
    // Files can be read without a project.
    if (error instanceof ProjectError && !process.argv.includes('--project'))
      return { project: null, config: null, store: null, folder, signal };
    throw error;
  }
}

/** The table that an argument names. */
export async function subjectGiven(
  context: CommandContext,
  text: string | undefined,
): Promise<{ found: FoundSubject; place: SubjectPlace }> {
  if (text === undefined)
    throw new ProjectError('Name the data: a file, a dataset, or a version such as `features@latest`.');
  const place = dataPlace(context);
  return { found: await findSubject(parseSubject(text, place), place), place };
}
