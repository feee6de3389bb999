/** Texts of shells about a program that they do not find, with its name; `cmd` writes in the language of the system. */
const texts = [
  /(?:^|[\s:])([\w./+-]+): (?:command )?not found$/,
  /^'([^']+)' is not recognized as an internal or external command/,
  /^Can't recognize '([^\s']+)[^']*' as an internal or external command/,
];

/** The name of the program that a shell did not find, by its last lines; null when they say nothing of it. */
export function unknownProgram(last: readonly string[]): string | null {
  for (const line of last.slice(-2).toReversed())
    for (const text of texts) {
      const found = text.exec(line)?.[1];
      if (found !== undefined) return found;
    }
  return null;
}

/** True when `cmd` did not find a program; it then ends with 1 or 9009, depending on how it was started. */
export function isUnknownToCmd(last: readonly string[]): boolean {
  return last.slice(-2).some((line) => texts.slice(1).some((text) => text.test(line)));
}

/** True when the program was the empty `python.exe` of WindowsApps, which only names the Microsoft Store. */
export function isStoreStub(last: readonly string[]): boolean {
  return last
    .slice(-2)
    .some((line) => /^Python was not found; run without arguments to install from the Microsoft Store/.test(line));
}
