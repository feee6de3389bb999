import { DataError } from '../../base/errors.ts';

/** Decodes the start of a text, without its byte order mark. Throws DataError when it is not text or blank. */
export function decodeStart(file: string, bytes: Buffer, encoding: string): string {
  const text = new TextDecoder(encoding).decode(bytes, { stream: true }).replace(/^\uFEFF/, '');
  if (isBinary(text))
    throw new DataError(
      `${file}: the content is not text: it is damaged, or has another format than its name says; write it again`,
      { place: { file } },
    );
  if (text.trim() === '')
    throw new DataError(`${file}: the file contains only blank lines; recreate or remove it`, { place: { file } });
  return text;
}

/** Tab, line ends, and the characters that Hive and DOS write. */
const usual = '\t\n\v\f\r\u0001\u001a';

/** A few control characters occur in texts; a file of another format has many. */
function isBinary(text: string): boolean {
  const sample = text.slice(0, 65_536);
  const found = (sample.match(/[\p{Cc}\ufffd]/gu) ?? []).filter((c) => !usual.includes(c));
  return found.length > Math.max(3, sample.length / 50);
}
