import { suggestion } from '../base/didYouMean.ts';
import { domainMeasure } from './compareDomains.ts';
import { profileNames, type ProfileName } from './driftTable.ts';
import type { Measure } from './measure.ts';
import { evidentlyMeasures } from './profiles/evidently.ts';
import { loopwrightMeasures } from './profiles/loopwright.ts';
import { nannymlMethods } from './profiles/nannyml.ts';
import { tfdvMeasures } from './profiles/tfdv.ts';

/** A measure of a profile, without its formula. */
export type OfferedMeasure = Pick<Measure, 'name' | 'displayName' | 'aliases' | 'types'>;

/** The types of column in words: "`ks` compares numbers". */
export const comparedWords: Record<Measure['types'][number], string> = {
  numeric: 'numbers',
  categorical: 'categories',
  text: 'texts',
};

/** The measures of a profile that compare one column. */
export function columnMeasures(profile: ProfileName): readonly OfferedMeasure[] {
  if (profile === 'evidently') return evidentlyMeasures;
  if (profile === 'nannyml') return nannymlMethods;
  return profile === 'tfdv' ? tfdvMeasures({ reference: [], current: [] }) : loopwrightMeasures;
}

/** Why a profile cannot measure by this name; null when it can. */
export function unknownMeasure(profile: ProfileName, name: string): string | null {
  const names = measureNames(profile);
  if (names.includes(name)) return null;
  const others = profileNames.filter((other) => measureNames(other).includes(name));
  const hint =
    others.length > 0
      ? ` The profile${others.length === 1 ? '' : 's'} ${others.join(', ')} ${others.length === 1 ? 'has' : 'have'} it.`
      : suggestion(name, names);
  return `The profile ${profile} has no measure \`${name}\`.${hint} Measures: ${[...new Set(names)].join(', ')}.`;
}

/** Every name that a person may use for a measure of the profile. */
export function measureNames(profile: ProfileName): string[] {
  return [domainMeasure, ...columnMeasures(profile).flatMap(({ name, aliases }) => [name, ...aliases])];
}

/**
 * The measure of a name that applies to a type. evidently's `hellinger` stands for one of numbers and one of
 * categories.
 */
export function measureFor<M extends Pick<Measure, 'name' | 'aliases'> & { types: readonly string[] }>(
  measures: readonly M[],
  name: string,
  type: string,
): M | null {
  const fitting = measures.filter((measure) => measure.types.includes(type));
  return (
    fitting.find((measure) => measure.name === name) ??
    fitting.find((measure) => measure.aliases.includes(name)) ??
    null
  );
}
