import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Names of devices on Windows, with any extension, in any case. The superscript digits count too. */
const devices = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i;

/**
 * Returns why a file on this system cannot have a name, as the end of a sentence "`name` …", or null. Windows would
 * write to a device, into a stream of another file, or to a file with another name.
 */
export function whyNoFileName(name: string, platform: NodeJS.Platform = process.platform): string | null {
  if (Buffer.byteLength(name) > 255) return 'is longer than a file name can be';
  if (platform !== 'win32') return null;
  // oxlint-disable-next-line no-control-regex -- these characters are what is looked for
  const [found] = /[\u0000-\u001F"*:<>?|\\/]/.exec(name) ?? [];
  if (found !== undefined)
    return `contains ${found < ' ' ? 'a control character' : `\`${found}\``}, which no file name on Windows can contain`;
  if (/[. ]$/.test(name))
    return `ends with a ${name.endsWith('.') ? 'dot' : 'space'}, which Windows removes from file names`;
  if (devices.test(name.trimEnd())) return 'is the name of a device on Windows';
  return null;
}

/**
 * Returns the entry of a folder that differs from a name only in case or Unicode form, so that a file with this name
 * would replace it; null when there is none. Only Windows and macOS mix such names up.
 */
export function nameMixedUp(folder: string, name: string, platform: NodeJS.Platform = process.platform): string | null {
  if (platform !== 'win32' && platform !== 'darwin') return null;
  const plain = foldName(name);
  return namesIn(folder).find((other) => other !== name && foldName(other) === plain) ?? null;
}

/** `nameMixedUp` for each part of a path below a folder: the first pair, or null. */
export function pathMixedUp(
  folder: string,
  parts: readonly string[],
  platform: NodeJS.Platform = process.platform,
): { name: string; other: string } | null {
  let at = folder;
  for (const name of parts) {
    const other = nameMixedUp(at, name, platform);
    if (other !== null) return { name, other };
    at = join(at, name);
  }
  return null;
}

const foldName = (name: string) => name.normalize('NFC').toUpperCase().normalize('NFC');

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
