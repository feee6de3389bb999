/** Maximum size of a config file. A project of 10,000 lines has about 0.5 MB. */
export const maxConfigBytes = 2 * 1024 * 1024;

export type Decoded = { text: string } | { error: string; offset: number };

export function tooLarge(bytes: number): string {
  return `The file is ${(bytes / 1024 / 1024).toFixed(1)} MB; the limit for a config file is 2 MB. Move data to other files, or split it.`;
}

/** Decodes UTF-8 and drops a byte-order mark. Returns an error for any other encoding. */
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

/** Returns the position of the first byte that is not UTF-8, in code units of the decoded text. */
function firstBadOffset(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length];
  // With `stream`, an incomplete character at the end is not an error, so a binary search finds the shortest invalid
  // prefix.
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
