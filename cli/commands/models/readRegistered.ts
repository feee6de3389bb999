import type { ModelRef } from '../../../protocol/models.ts';
import { registeredAliases, registeredModel, registeredVersion } from '../../../engine/registry/registeredModels.ts';
import { ProjectError } from '../../../engine/base/errors.ts';
import { modelNamed } from '../../../engine/project/models.ts';
import type { CommandContext } from '../../context.ts';
import { readVersion } from '../../readOption.ts';

/**
 * A registered version by its number or an alias, of a model of the project or one that only the registry has: `3`,
 * `v3`, `champion`, `MODEL@3`. `model` is the name that an option gave. Throws ProjectError when it names none.
 */
export function readRegistered(context: CommandContext, text: string, model?: string): ModelRef {
  const at = text.lastIndexOf('@');
  const given = at > 0 ? text.slice(0, at) : (model ?? null);
  const which = text.slice(at + 1);
  const store = context.store();
  const name =
    given !== null && registeredModel(store, given) !== null ? given : modelNamed(context.config(), given).name;
  const version = registeredAliases(store, name).find(({ alias }) => alias === which)?.version ?? numberOf(which, name);
  if (!registeredVersion(store, name, version))
    throw new ProjectError(`\`${name}\` has no version ${version}. \`loopwright models\` lists them.`);
  return { name, version };
}

function numberOf(text: string, model: string): number {
  if (/^v?\d+$/.test(text)) return readVersion(text);
  throw new ProjectError(
    `\`${model}\` has no alias \`${text}\`, and it is not a version; write a number such as 3, or MODEL@3 in a project with several models.`,
  );
}
