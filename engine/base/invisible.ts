/** Characters that are not seen in a name, or look like a plain space. */
const names: Readonly<Record<string, string>> = {
  '\u0000': 'NUL',
  '\u00a0': 'no-break space',
  '\u00ad': 'soft hyphen',
  '\u061c': 'direction mark',
  '\u115f': 'Hangul filler',
  '\u1160': 'Hangul filler',
  '\u180e': 'vowel separator',
  '\u2007': 'figure space',
  '\u2009': 'thin space',
  '\u200a': 'hair space',
  '\u200b': 'zero-width space',
  '\u200c': 'zero-width non-joiner',
  '\u200d': 'zero-width joiner',
  '\u200e': 'direction mark',
  '\u200f': 'direction mark',
  '\u202a': 'direction mark',
  '\u202b': 'direction mark',
  '\u202c': 'direction mark',
  '\u202d': 'direction mark',
  '\u202e': 'direction mark',
  '\u202f': 'narrow no-break space',
  '\u205f': 'mathematical space',
  '\u2060': 'word joiner',
  '\u2066': 'direction mark',
  '\u2067': 'direction mark',
  '\u2068': 'direction mark',
  '\u2069': 'direction mark',
  '\u3000': 'wide space',
  '\u3164': 'Hangul filler',
  '\ufeff': 'byte order mark',
};
const spaces = /[\u00a0\u2007\u2009\u200a\u202f\u205f\u3000]/g;
const unseen = new RegExp(`[${Object.keys(names).join('')}]`, 'g');
/** Letters of scripts that use joiners, and pictures that are joined to one. */
const joined = `${[
  'Arabic',
  'Syriac',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Oriya',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Khmer',
  'Mongolian',
]
  .map((script) => `\\p{Script=${script}}`)
  .join('')}\\p{Extended_Pictographic}`;
const joins = new RegExp(`(?<=[${joined}\\ufe0f\\u{1f3fb}-\\u{1f3ff}])[\\u200c\\u200d](?=[${joined}])`, 'gu');

/** The characters of a name that are not seen, such as `U+200B zero-width space`. Joiners that a word needs do not count. */
export function invisibleIn(name: string): string[] {
  const found = name.replaceAll(joins, '').match(unseen) ?? [];
  return [...new Set(found)].map(
    (c) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} ${names[c] ?? ''}`,
  );
}

/** A name without the characters that are not seen; special spaces become plain ones. */
export function withoutInvisible(name: string): string {
  if (name.search(unseen) === -1) return name;
  const kept = new Set([...name.matchAll(joins)].map(({ index }) => index));
  return name.replaceAll(spaces, ' ').replaceAll(unseen, (c, at: number) => (kept.has(at) ? c : ''));
}

/** Returns a name as a person sees it: equal for names that differ by what is not seen. */
export function asSeen(name: string): string {
  return withoutInvisible(name).trim().normalize('NFC');
}

/** The difference of two names that look the same; null when they look different or are the same. */
export function unseenDifference(one: string, other: string): string | null {
  if (one === other || asSeen(one) !== asSeen(other)) return null;
  const found = [...new Set([...invisibleIn(one), ...invisibleIn(other)])];
  if (found.length > 0) return found.join(', ');
  return one.trim() === other.trim() ? 'a space at an end' : 'letters with their accents apart';
}
