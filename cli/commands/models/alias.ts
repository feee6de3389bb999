import { ProjectError } from '../../../engine/base/errors.ts';
import { hasSeveralModels, modelNamed } from '../../../engine/project/models.ts';
import { actorOf } from '../../../engine/registry/audit.ts';
import { listRegisteredModels, registeredAliases } from '../../../engine/registry/registeredModels.ts';
import { removeNamedAlias, setNamedAlias } from '../../../engine/registry/setNamedAlias.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import { versionText } from '../../../words/models.ts';
import type { CommandContext } from '../../context.ts';
import { table } from '../../terminal.ts';
import { readRegistered } from './readRegistered.ts';

export interface AliasModelOptions {
  remove?: string;
  model?: string;
  why?: string;
}

/** `loopwright models alias`: lists the aliases; with `VERSION NAME` sets one, with `--remove NAME` removes one. */
export async function aliasModel(
  context: CommandContext,
  version: string | undefined,
  name: string | undefined,
  options: AliasModelOptions,
): Promise<number> {
  const change = { why: options.why ?? '', actor: actorOf('terminal') };
  const several = hasSeveralModels(context.config());
  if (options.remove !== undefined) {
    if (name !== undefined) throw new ProjectError('An alias is either set or removed: leave out NAME or `--remove`.');
    const model = named(context, options.model ?? version);
    const removed = removeNamedAlias(context.store(), model, options.remove, change);
    if (context.json) context.printJson({ name: model, alias: options.remove, version: null, previous: removed });
    else
      context.terminal.line(
        `${versionText({ name: model, version: removed }, several)} no longer has the alias \`${options.remove}\`.`,
      );
    return exitCodes.done;
  }
  if (version === undefined) return list(context, options.model);
  if (name === undefined)
    throw new ProjectError(`Name the alias too, as in \`loopwright models alias ${version} candidate\`.`);
  const ref = readRegistered(context, version, options.model);
  const previous = setNamedAlias(context.store(), ref, name, change);
  if (context.json) context.printJson({ ...ref, alias: name, previous });
  else
    context.terminal.line(
      previous === ref.version
        ? `${versionText(ref, several)} already has the alias \`${name}\`.`
        : `${versionText(ref, several)} has the alias \`${name}\`${previous === null ? '' : `; before it was v${previous}`}.`,
    );
  return exitCodes.done;
}

function named(context: CommandContext, name: string | undefined): string {
  const store = context.storeIfAny();
  if (name !== undefined && store && listRegisteredModels(store).some((one) => one.name === name)) return name;
  return modelNamed(context.config(), name ?? null).name;
}

function list(context: CommandContext, model: string | undefined): number {
  const store = context.storeIfAny();
  const aliases = (store ? listRegisteredModels(store) : [])
    .filter(({ name }) => model === undefined || name === model)
    .flatMap(({ name }) => (store ? registeredAliases(store, name) : []).map((one) => ({ name, ...one })));
  if (context.json) context.printJson(aliases);
  else if (aliases.length === 0) context.terminal.line('No version has an alias.');
  else
    for (const line of table(
      ['model', 'alias', 'version'],
      aliases.map(({ name, alias, version }) => [name, alias, `v${version}`]),
    ))
      context.terminal.line(line);
  return exitCodes.done;
}
