/**
 * Returns a place from `at` on, at most `end`, before which no quote, backslash or control character is: it passes four
 * bytes at once, while they have none.
 */
export function passPlain(view: DataView, at: number, end: number): number {
  let next = at;
  for (; next + 4 <= end; next += 4) {
    const word = view.getInt32(next, true);
    const quotes = word ^ 0x22222222;
    const slashes = word ^ 0x5c5c5c5c;
    // The highest bit of a byte is set where taking a number from it borrows: where it is smaller.
    const found =
      (((quotes - 0x01010101) | 0) & ~quotes) |
      (((slashes - 0x01010101) | 0) & ~slashes) |
      (((word - 0x20202020) | 0) & ~word);
    const flags = found & 0x80808080;
    // The lowest of them is exact; one above it can come from borrowing.
    if (flags !== 0) return next + ((31 - Math.clz32(flags & -flags)) >> 3);
  }
  return next;
}
