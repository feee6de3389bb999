/**
 * Returns a name with its accents composed (NFC): a Mac's older tools write `ö` as two characters, and Git composes them
 * on other systems. Both are one name to a person.
 */
export function composed(name: string): string {
  return isWide.test(name) ? name.normalize('NFC') : name;
}

/** Text up to U+00FF is composed as it is. */
const isWide = /[^\0-\u00ff]/;
