import { WorkError, checkCancelled, messageOf } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import type { ExportCounts, ExportOptions } from './exportedRuns.ts';
import { plainKeys } from './exportedRuns.ts';
import { registeredToExport, type ExportedRegistered, type ExportedVersion } from './exportedRegistry.ts';
import { findImported, markOf, noteImported } from './importedIds.ts';
import type { Tell } from './records.ts';

/** The fields of a version in another registry. */
export interface VersionThere {
  /** Its number there. */
  number: string;
  /** The version of this project that it corresponds to, by number and time; null for versions of other origin. */
  ours: { version: number; createdAt: number } | null;
  description: string;
  stage: string;
  tags: Map<string, string>;
  /** True for a deleted version, where the registry keeps it. */
  deleted: boolean;
}

export interface RegisteredThere {
  description: string;
  tags: Map<string, string>;
  /** Alias → number there. */
  aliases: Map<string, string>;
  versions: VersionThere[];
}

/** A registry to export to. Its methods throw when it refuses; `isFatal` says whether the export can continue. */
export interface RegistryTarget {
  /** Identifies this registry among those exported to. */
  key: string;
  isFatal(error: unknown): boolean;
  /** Null for an unknown model. */
  find(name: string): RegisteredThere | null | Promise<RegisteredThere | null>;
  create(name: string, model: ExportedRegistered): void | Promise<void>;
  describe(name: string, description: string): void | Promise<void>;
  setTag(name: string, key: string, value: string): void | Promise<void>;
  deleteTag(name: string, key: string): void | Promise<void>;
  setAlias(name: string, alias: string, number: string): void | Promise<void>;
  deleteAlias(name: string, alias: string): void | Promise<void>;
  /** Returns its number there. */
  createVersion(name: string, version: ExportedVersion, tags: ReadonlyMap<string, string>): string | Promise<string>;
  describeVersion(name: string, number: string, description: string): void | Promise<void>;
  setStage(name: string, number: string, stage: string): void | Promise<void>;
  setVersionTag(name: string, number: string, key: string, value: string): void | Promise<void>;
  deleteVersionTag(name: string, number: string, key: string): void | Promise<void>;
}

/** The state of a model at the last export, which separates changes made here from changes made there. */
interface ModelThen {
  description: string;
  tags: Record<string, string>;
  /** Alias → number here. */
  aliases: Record<string, number>;
}

interface VersionThen {
  createdAt: number;
  number: string;
  description: string;
  stage: string;
  tags: Record<string, string>;
}

interface Work {
  store: Store;
  target: RegistryTarget;
  counts: ExportCounts;
  tell: Tell;
  signal: AbortSignal | undefined;
}

/**
 * Exports the registered models of these runs to another registry. An existing model gets what is new and what changed
 * here since the last export.
 */
export async function exportRegistry(
  store: Store,
  target: RegistryTarget,
  runs: ReadonlySet<string>,
  counts: ExportCounts,
  options: ExportOptions & { tell: Tell },
): Promise<void> {
  const work: Work = { store, target, counts, tell: options.tell, signal: options.signal };
  for (const model of registeredToExport(store, runs, options.tell)) {
    checkCancelled(options.signal);
    options.onProgress?.(`registered model ${model.name}`, null);
    await attempt(work, model.name, 'the registered model was not exported completely', () => exportModel(work, model));
  }
}

/** Runs one step; a refusal is reported and the export continues. */
async function attempt(work: Work, about: string, what: string, action: () => void | Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (work.target.isFatal(error)) throw error;
    work.counts.modelsSkipped++;
    work.tell(about, `${what}: ${messageOf(error)}`);
    return false;
  }
}

async function exportModel(work: Work, model: ExportedRegistered): Promise<void> {
  const { store, target, counts } = work;
  const source = `export ${target.key} registered`;
  let there = await target.find(model.as);
  // The state of a deleted model does not apply to the new one.
  const then = there === null ? undefined : findImported<ModelThen>(store, source, model.name)?.detail;
  const isNew = there === null;
  const change = { any: false };
  const tags = plainTags(work, model.name, model.tags);
  if (there === null) {
    await target.create(model.as, { ...model, tags });
    there = { description: model.description, tags, aliases: new Map(), versions: [] };
    counts.registeredModels++;
  } else {
    const description = markOf(model.description);
    // A model that others created keeps its fields.
    const changed = then === undefined ? there.description === '' : then.description !== description;
    if (changed && there.description !== model.description) {
      await target.describe(model.as, model.description);
      change.any = true;
    }
    const { set, remove } = changedTags(tags, then?.tags, there.tags, false);
    for (const [key, value] of set) await target.setTag(model.as, key, value);
    for (const key of remove) await target.deleteTag(model.as, key);
    change.any ||= set.length + remove.length > 0;
  }
  const numbers = await exportVersions(work, model, there, isNew);
  const aliases = await exportAliases(work, model, there, numbers, then?.aliases ?? {}, change);
  noteImported(store, source, model.name, model.as, {
    description: markOf(model.description),
    tags: marksOf(tags),
    aliases,
  } satisfies ModelThen);
  if (!isNew && change.any) counts.modelsUpdated++;
}

/** Exports the versions in order; returns the number there of each existing version by its number here. */
async function exportVersions(
  work: Work,
  model: ExportedRegistered,
  there: RegisteredThere,
  isNew: boolean,
): Promise<Map<number, string>> {
  const { store, target, counts } = work;
  const source = `export ${target.key} version`;
  const numbers = new Map<number, string>();
  for (const version of model.versions) {
    checkCancelled(work.signal);
    const id = `${model.name}/${version.version}`;
    const known = isNew ? undefined : findImported<VersionThen>(store, source, id)?.detail;
    const then = known?.createdAt === version.createdAt ? known : undefined;
    const found = there.versions.find(
      ({ number, ours }) =>
        number === then?.number || (ours?.version === version.version && ours.createdAt === version.createdAt),
    );
    // Versions that a person deleted there stay deleted.
    if (found?.deleted || (!found && then)) continue;
    await attempt(
      work,
      `${model.name} v${version.version}`,
      'the model version was not exported completely',
      async () => {
        const tags = plainTags(work, `${model.name} v${version.version}`, version.tags);
        let number = found?.number;
        if (number === undefined) {
          number = await target.createVersion(model.as, version, tags);
          counts.modelVersions++;
          // It exists there from now on, even if a later step fails.
          numbers.set(version.version, number);
          const made: VersionThen = {
            createdAt: version.createdAt,
            number,
            description: markOf(version.description),
            stage: 'None',
            tags: marksOf(tags),
          };
          noteImported(store, source, id, number, made);
          if (version.stage !== 'None') await target.setStage(model.as, number, version.stage);
        } else if (found) {
          numbers.set(version.version, number);
          if (await updateVersion(work, model.as, version, tags, found, then)) counts.modelsUpdated++;
        }
        noteImported(store, source, id, number, {
          createdAt: version.createdAt,
          number,
          description: markOf(version.description),
          stage: version.stage,
          tags: marksOf(tags),
        } satisfies VersionThen);
      },
    );
  }
  return numbers;
}

/** Exports the changes of an existing version; true when there were any. */
async function updateVersion(
  { target }: Work,
  model: string,
  version: ExportedVersion,
  tags: Map<string, string>,
  there: VersionThere,
  then: Partial<VersionThen> | undefined,
): Promise<boolean> {
  let changed = false;
  if (then?.description !== markOf(version.description) && there.description !== version.description) {
    await target.describeVersion(model, there.number, version.description);
    changed = true;
  }
  if (then?.stage !== version.stage && there.stage !== version.stage) {
    await target.setStage(model, there.number, version.stage);
    changed = true;
  }
  const { set, remove } = changedTags(tags, then?.tags, there.tags, true);
  for (const [key, value] of set) await target.setVersionTag(model, there.number, key, value);
  for (const key of remove) await target.deleteVersionTag(model, there.number, key);
  return changed || set.length + remove.length > 0;
}

/**
 * Sets the aliases that were set or moved here since the last export; returns those that are equal on both sides. An
 * alias is never taken from a version of other origin.
 */
async function exportAliases(
  work: Work,
  model: ExportedRegistered,
  there: RegisteredThere,
  numbers: ReadonlyMap<number, string>,
  then: Record<string, number>,
  change: { any: boolean },
): Promise<Record<string, number>> {
  const { target, tell } = work;
  const ours = new Set(numbers.values());
  const standing: Record<string, number> = {};
  for (const [alias, version] of model.aliases) {
    const number = numbers.get(version);
    const before = there.aliases.get(alias);
    if (number === undefined)
      tell(model.name, `the alias \`${alias}\` was left out, because version ${version} is not there`);
    else if (before === number || then[alias] === version) standing[alias] = version;
    else if (before !== undefined && !ours.has(before))
      tell(
        model.name,
        `the alias \`${alias}\` was left out: there it names version ${before}, which is not of this project`,
      );
    else if (
      await attempt(work, model.name, `the alias \`${alias}\` was not set`, () =>
        target.setAlias(model.as, alias, number),
      )
    ) {
      standing[alias] = version;
      change.any = true;
    }
  }
  for (const [alias, version] of Object.entries(then)) {
    const before = there.aliases.get(alias);
    if (model.aliases.has(alias) || before === undefined || before !== numbers.get(version)) continue;
    if (
      await attempt(work, model.name, `the alias \`${alias}\` was not removed`, () =>
        target.deleteAlias(model.as, alias),
      )
    )
      change.any = true;
    else standing[alias] = version;
  }
  return standing;
}

/**
 * The tags to set and to remove. Changes made there stay; without a record of the last export, local values win when
 * `weMadeIt`.
 */
function changedTags(
  now: ReadonlyMap<string, string>,
  then: Record<string, string> | undefined,
  there: ReadonlyMap<string, string>,
  weMadeIt: boolean,
): { set: [string, string][]; remove: string[] } {
  const isChanged = (key: string, value: string) =>
    then === undefined ? weMadeIt || !there.has(key) : then[key] !== markOf(value);
  return {
    set: [...now].filter(([key, value]) => there.get(key) !== value && isChanged(key, value)),
    remove: Object.keys(then ?? {}).filter((key) => !now.has(key) && there.has(key)),
  };
}

function marksOf(tags: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...tags].map(([key, value]) => [key, markOf(value)]));
}

/** Tags with keys that MLflow accepts. */
function plainTags({ tell }: Work, owner: string, tags: ReadonlyMap<string, string>): Map<string, string> {
  const names = plainKeys([...tags.keys()]);
  return new Map(
    [...tags].map(([key, value]) => {
      const name = names.get(key) ?? key;
      if (name !== key) tell(owner, `the tag \`${key}\` is written as \`${name}\``);
      return [name, value];
    }),
  );
}

/** Aliases that MLflow accepts. */
export function checkAliasName(alias: string): void {
  if (!/^[\p{L}\p{N}_-]{1,255}$/u.test(alias))
    throw new WorkError('MLflow takes only letters, digits, underscores and dashes');
  if (/^(latest|v\d+)$/i.test(alias)) throw new WorkError('MLflow reserves this name');
}
