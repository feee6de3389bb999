import type { ModelRef } from '../../protocol/models.ts';
import { ProjectError, WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { challenger, champion, setAlias } from './aliases.ts';
import { registeredAliases, registeredVersion } from './registeredModels.ts';

interface Change {
  /** For display; empty for none. */
  why: string;
  /** See `actorOf`. */
  actor: string;
}

/**
 * Gives an alias to a version; returns the version that had it before, or null. `champion` and `challenger` follow from
 * gates and promotions, and are refused. Throws ProjectError for a name that is none, WorkError without the version.
 */
export function setNamedAlias(store: Store, ref: ModelRef, alias: string, { why, actor }: Change): number | null {
  const { name: model, version } = ref;
  const problem = aliasNameProblem(alias);
  if (problem !== null) throw new ProjectError(problem);
  if (alias === champion)
    throw new WorkError(
      `\`champion\` serves, so a version gets it by a promotion, which judges the gates: \`loopwright models promote ${model}@${version}\`.`,
    );
  if (alias === challenger)
    throw new WorkError(
      `\`challenger\` is the newest version that passed its gates: Loopwright gives it. Choose another name, such as \`candidate\`.`,
    );
  return store.sql.write(() => {
    if (!registeredVersion(store, model, version))
      throw new WorkError(`\`${model}\` has no version ${version}. \`loopwright models\` lists them.`);
    return setAlias(store, { model, alias, version, kind: 'set', why, actor });
  });
}

/** Removes an alias; returns the version that had it. Throws WorkError when no version has it, or it is `champion`. */
export function removeNamedAlias(store: Store, model: string, alias: string, { why, actor }: Change): number {
  if (alias === champion)
    throw new WorkError(
      `\`${model}\` is served by its champion. Promote another version, or go back: \`loopwright models rollback ${model}\`.`,
    );
  return store.sql.write(() => {
    const aliases = registeredAliases(store, model);
    const found = aliases.find((one) => one.alias === alias);
    if (!found)
      throw new WorkError(
        `No version of \`${model}\` has the alias \`${alias}\`.${aliases.length === 0 ? '' : ` It has ${aliases.map((one) => `\`${one.alias}\``).join(', ')}.`}`,
      );
    setAlias(store, { model, alias, version: null, kind: 'removed', why, actor });
    return found.version;
  });
}

const longestAlias = 255;

/** The sentence about a name that is no alias, by MLflow's rules; null for one that is. */
function aliasNameProblem(alias: string): string | null {
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias)) return `\`${alias}\` is not an alias: use letters, digits, \`_\` and \`-\`.`;
  if (alias.length > longestAlias)
    return `An alias has at most ${longestAlias} characters; this one has ${alias.length}.`;
  if (alias.toLowerCase() === 'latest') return `\`${alias}\` always means the newest version; choose another name.`;
  if (/^v?\d+$/i.test(alias)) return `\`${alias}\` is the number of a version; choose another name.`;
  return null;
}
