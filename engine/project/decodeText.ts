/** The largest config file that is read. A project of 10,000 lines is about 0.5 MB. */
export const maxConfigBytes = 2 * 1024 * 1024;

export type Decoded = { text: string } | { error: string; offset: number };

export function tooLarge(bytes: number): string {
  return `The file is ${(bytes / 1024 / 1024).toFixed(1)} MB; a config file may have at most 2 MB. Move data out of it, or split it.`;
}

/** Decodes UTF-8 and drops a byte-order mark; anything else is refused with a reason a person can act on. */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes.length > maxConfigBytes) return { error: tooLarge(bytes.length), offset: 0 };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { error: 'The file is encoded as UTF-16. Save it as UTF-8.', offset: 0 };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { error: 'The file is not valid UTF-8. Save it with the encoding UTF-8.', offset: firstBadOffset(bytes) };
  }
}

/** The place of the first byte that is not UTF-8, in code units of the text before it. */
function firstBadOffset(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length];
  // With `stream` a character that is only cut off is no fault yet, so the shortest faulty start is found by halving.
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return new TextDecoder('utf-8').decode(bytes.subarray(0, good), { stream: true }).length;
}
