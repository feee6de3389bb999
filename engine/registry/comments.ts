import type { ModelRef } from '../../protocol/models.ts';
import type { VersionComment } from '../../protocol/registry.ts';
import { ProjectError, WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { recordAudit } from './audit.ts';
import { registeredVersion } from './registeredModels.ts';

const longestComment = 10_000;

/** Adds a comment to a version. Throws ProjectError for an empty or very long text, WorkError without the version. */
export function addComment(store: Store, { name, version }: ModelRef, text: string, actor: string): VersionComment {
  const written = text.trim();
  if (written === '') throw new ProjectError('The comment is empty.');
  if (written.length > longestComment)
    throw new ProjectError(
      `The comment has ${written.length} characters; at most ${longestComment} are kept. Put a long text in a file of the project and name it here.`,
    );
  return store.sql.write(() => {
    if (!registeredVersion(store, name, version))
      throw new WorkError(`\`${name}\` has no version ${version}. \`loopwright models\` lists them.`);
    const at = Date.now();
    store.sql.run(
      'INSERT INTO version_comments (model, version, at, actor, text) VALUES (?, ?, ?, ?, ?)',
      name,
      version,
      at,
      actor,
      written,
    );
    recordAudit(store, actor, 'version commented', { model: name, version, text: written });
    return { at, actor, text: written };
  });
}

/** The comments of a version, oldest first. */
export function commentsOf({ sql }: Pick<Store, 'sql'>, { name, version }: ModelRef): VersionComment[] {
  return sql.all<VersionComment>(
    'SELECT at, actor, text FROM version_comments WHERE model = ? AND version = ? ORDER BY id',
    name,
    version,
  );
}
