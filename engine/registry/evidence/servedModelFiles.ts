import { existsSync } from 'node:fs';
import { WorkError } from '../../base/errors.ts';
import { projectPath } from '../../base/projectPath.ts';
import { hashModelFiles, modelFiles, objectOf, type HashedFile } from '../../models/modelFiles.ts';
import type { ModelVersion } from '../modelVersions.ts';
import { servedFiles } from '../refit.ts';

/** The files of a version as they are now. */
export interface ServedFiles {
  /** As the report names it. */
  path: string;
  /** SHA-256 over all; null when the model has no files here. */
  hash: string | null;
  files: HashedFile[];
}

/**
 * Hashes the files that a version serves. A model behind an address, or a table of predictions, has none. Throws
 * WorkError when they are not those that were validated.
 */
export function servedModelFiles(root: string, version: ModelVersion): ServedFiles {
  const found = filesNow(root, version);
  const expected = servedFiles(version.report).hash;
  if (expected !== null && found.hash !== null && found.hash !== expected)
    throw new WorkError(
      `The files of \`${version.model}\` v${version.version} changed since it was validated: their hash is ${found.hash.slice(0, 12)}, not ${expected.slice(0, 12)}. Restore them, or validate the new files as a version of their own.`,
      { place: { file: found.path } },
    );
  return found;
}

/** The same without the comparison: no files when they are gone. */
export function filesNow(root: string, version: ModelVersion): ServedFiles {
  const { path } = servedFiles(version.report);
  const absolute = projectPath(root, path);
  if (!existsSync(objectOf(absolute).path)) return { path, hash: null, files: [] };
  const { hash, files } = hashModelFiles(modelFiles(absolute));
  return { path, hash, files };
}
