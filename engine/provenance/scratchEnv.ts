import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A temporary index and object folder for a repository. */
export async function scratchEnv(
  folder: string,
  objects: string,
): Promise<{ GIT_INDEX_FILE: string; GIT_OBJECT_DIRECTORY: string; GIT_ALTERNATE_OBJECT_DIRECTORIES: string }> {
  await mkdir(join(folder, 'objects'));
  return {
    GIT_INDEX_FILE: join(folder, 'index'),
    GIT_OBJECT_DIRECTORY: join(folder, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
  };
}
