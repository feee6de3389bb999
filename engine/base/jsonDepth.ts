/** Levels of brackets that JSON from outside may have. What writes or compares values again calls itself per level. */
export const mostJsonLevels = 500;

export const tooDeep = `JSON may be nested ${mostJsonLevels} levels deep; this is deeper.`;

/** True when the brackets of a JSON text are nested deeper than `most` levels; those inside strings do not count. */
export function isNestedDeeply(text: string, most = mostJsonLevels): boolean {
  if (text.length <= most) return false;
  let levels = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = endOfString(text, i);
    } else if (code === 0x5b || code === 0x7b) {
      if (++levels > most) return true;
    } else if (code === 0x5d || code === 0x7d) levels--;
  }
  return false;
}

/** The position of the quote that ends the string, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
