import type { ProfileName } from './driftTable.ts';
import type { Measure } from './measure.ts';
import { evidentlyMeasures } from './profiles/evidently.ts';
import { loopwrightMeasures } from './profiles/loopwright.ts';
import { nannymlMethods } from './profiles/nannyml.ts';
import { tfdvMeasures } from './profiles/tfdv.ts';

/** What a profile offers, by every name it answers to. */
export function measureNames(profile: ProfileName): string[] {
  return offered(profile).flatMap(({ name, aliases }) => [name, ...aliases]);
}

/** One name a measure, for help texts. */
export function measureList(profile: ProfileName): string[] {
  return offered(profile).map(({ name }) => name);
}

/** The measures of that name that apply to a type. evidently's `hellinger` is one for numbers and categories. */
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

function offered(profile: ProfileName): readonly Pick<Measure, 'name' | 'aliases'>[] {
  if (profile === 'evidently') return evidentlyMeasures;
  if (profile === 'nannyml') return nannymlMethods;
  return profile === 'tfdv' ? tfdvMeasures({ reference: [], current: [] }) : loopwrightMeasures;
}
