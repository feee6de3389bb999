import { suggestion } from './didYouMean.ts';

const prefixes = ['', 'Y', 'Z', 'E', 'P', 'T', 'G', 'M', 'k', 'h', 'da', 'd', 'c', 'm', 'µ', 'u', 'n', 'p', 'f', 'a'];
const prefixed = ['m', 'g', 's', 'A', 'K', 'mol', 'cd', 'Hz', 'N', 'Pa', 'J', 'W', 'C', 'V', 'F', 'Ω', 'S', 'Wb', 'T', 'H', 'lm', 'lx', 'Bq', 'Gy', 'Sv', 'kat', 'l', 'L', 'bit', 'B', 'b', 'eV', 'Wh', 'cal', 'bar', 't', 'pc'];
const plain = [
  '1', '%', '‰', 'ppm', 'ppb', '°', '°C', '°F', 'degC', 'degF', 'rad', 'sr', 'deg', 'dB', 'dBm', 'pH',
  'min', 'h', 'd', 'day', 'days', 'week', 'weeks', 'month', 'months', 'y', 'yr', 'year', 'years', 'hour', 'hours', 'minute', 'minutes', 'second', 'seconds',
  'in', 'ft', 'yd', 'mi', 'nmi', 'oz', 'lb', 'st', 'ton', 'gal', 'pt', 'qt', 'mph', 'kn', 'kt', 'psi', 'hp', 'acre', 'ha', 'au', 'ly', 'atm', 'mmHg', 'rpm', 'bpm', 'fps', 'dpi', 'px',
  'KiB', 'MiB', 'GiB', 'TiB', 'count', 'counts', 'item', 'items', 'row', 'rows', 'person', 'persons', 'people', 'user', 'users', 'unit', 'units', 'piece', 'pieces', 'event', 'events', 'request', 'requests', 'word', 'words', 'character', 'characters', 'token', 'tokens', 'point', 'points', 'ratio', 'share', 'percent', 'score', 'index', 'rank',
  '€', '$', '£', '¥',
];
const known = new Set([...plain, ...prefixes.flatMap((prefix) => prefixed.map((unit) => `${prefix}${unit}`)), ...Intl.supportedValuesOf('currency'), ...Intl.supportedValuesOf('unit').flatMap((unit) => [unit, `${unit}s`])]);

/** What is wrong with a unit such as `EUR`, `km/h` or `m^2`: SI symbols with prefixes, currencies of ISO 4217, and everyday counts, joined by `/`, `*`, `·` and powers. Null when it is one. */
export function unitProblem(text: string): string | null {
  for (const part of text.split(/[/*·\s]|\bper\b/)) {
    const name = part.replace(/(\^?-?\d+|[²³])$/, '').replace(/^\((.*)\)$/, '$1');
    if (name !== '' && !known.has(name)) return `is no unit that is known: \`${name}\`.${suggestion(name, [...plain, 'EUR', 'USD', 'GBP', 'km', 'kg', 'ms'])} Use a symbol such as EUR, km, ms or %`;
  }
  return text.trim() === '' ? 'must not be empty' : null;
}
