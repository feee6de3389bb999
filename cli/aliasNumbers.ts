import { modelNamed } from '../engine/project/models.ts';
import { registeredAliases } from '../engine/registry/registeredModels.ts';
import type { CommandContext } from './context.ts';

/** Finds the version that has an alias, of a named model or the only one; null when none has it. */
export function aliasNumbers(context: CommandContext): (name: string | null, alias: string) => number | null {
  return (name, alias) => {
    const store = context.storeIfAny();
    if (!store || /^v?\d+$/.test(alias)) return null;
    const model = name ?? modelNamed(context.config(), null).name;
    return registeredAliases(store, model).find((one) => one.alias === alias)?.version ?? null;
  };
}
