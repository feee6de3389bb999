import { modelAliases, type ModelRef, type ModelSelector } from '../protocol/models.ts';
import { ProjectError } from '../engine/base/errors.ts';
import { modelNamed, modelsOf } from '../engine/project/models.ts';
import { parseTime } from '../engine/project/parseTime.ts';
import type { ProjectConfig } from '../engine/project/schema/projectSchema.ts';

/**
 * The time of an option such as `--now` in epoch milliseconds, in UTC if no zone is given; null if the option is not
 * given.
 */
export function readTime(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  const at = parseTime(text);
  if (at === null)
    throw new ProjectError(
      `\`--${option} ${text}\` is not a time; use a form such as 2026-05-20 or 2026-05-20T00:00:00Z.`,
    );
  return at;
}

/**
 * A time given as an argument. `until` is the end of the day, for a date without a time; null for a moment. UTC if no zone
 * is given.
 */
export function readMoment(text: string): { at: number; until: number | null } {
  const at = parseTime(text);
  if (at === null)
    throw new ProjectError(
      `\`${text}\` is not a time; use a form such as 2026-05-12, 2026-05-12T14:00 or 2026-05-12T14:00+02:00.`,
    );
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text.trim());
  return { at, until: isDay ? at + 86_400_000 - 1 : null };
}

/** A count given as an option. */
export function readCount(text: string, option: string): number {
  if (!/^\d+$/.test(text)) throw new ProjectError(`\`--${option} ${text}\` is not a number.`);
  return Number(text);
}

/**
 * A version of a model: `3`, `v3`, `latest` or an alias, each optionally with a model name in front, as in `NAME@3`.
 * `numberOf` finds the version of an alias that Loopwright does not give itself.
 */
export function readSelector(
  text: string,
  numberOf: (name: string | null, alias: string) => number | null = () => null,
): ModelSelector {
  const at = text.lastIndexOf('@');
  const name = at <= 0 ? null : text.slice(0, at);
  const version = text.slice(at + 1);
  if (version === 'latest') return { name, version };
  const alias = modelAliases.find((known) => known === version);
  return { name, version: alias ?? numberOf(name, version) ?? readVersion(version) };
}

/** A version by its number, of a model that the project has. */
export function readModel(config: ProjectConfig, text: string): ModelRef {
  const at = text.lastIndexOf('@');
  if (modelsOf(config).some(({ name }) => name === text))
    throw new ProjectError(`\`${text}\` is a model; write a version of it, such as \`${text}@3\`.`);
  return {
    name: modelNamed(config, at <= 0 ? null : text.slice(0, at)).name,
    version: readVersion(text.slice(at + 1)),
  };
}

/** The number of a version, written as `3` or `v3`. */
export function readVersion(text: string): number {
  if (!/^v?\d+$/.test(text))
    throw new ProjectError(
      `\`${text}\` is not a version; write a number such as 3, or MODEL@3 in a project with several models.`,
    );
  return Number(text.replace('v', ''));
}
