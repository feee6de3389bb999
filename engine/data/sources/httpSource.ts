import { createHash } from 'node:crypto';
import { copyFileSync, constants } from 'node:fs';
import { basename, join } from 'node:path';
import { ProjectError, WorkError } from '../../base/errors.ts';
import { sourceFormat } from '../readSource.ts';
import { fetchFile, type Ask } from './fetchFile.ts';
import { withoutCredentials } from './redact.ts';
import type { Received, SourceContext } from './source.ts';

export interface UrlSource {
  url: string;
  sha256?: string | undefined;
  headers?: Record<string, string> | undefined;
}

/** Downloads one file, or keeps the last download when it is current. */
export async function fromUrl(context: SourceContext, source: UrlSource): Promise<Received> {
  const address = new URL(source.url);
  // The name as in the address, including escapes; the editor looks for it under this name too.
  const name = basename(address.pathname) || 'download.csv';
  const path = join(context.folder, createHash('sha256').update(source.url).digest('hex').slice(0, 16), name);
  const shown = withoutCredentials(source.url);
  const file = await fetchFile({
    shown,
    path,
    sha256: source.sha256 ?? null,
    anew: context.anew,
    signal: context.signal,
    progress: context.progress,
    log: context.log,
    ask: asking(address, source.headers ?? {}),
  });
  if (!file.changed) context.log(`${shown} is as it was`);
  return { files: [readable(path, file.contentType)], version: file.sha256 };
}

const endings: [RegExp, string][] = [
  [/\bcsv\b/i, '.csv'],
  [/tab-separated/i, '.tsv'],
  [/ndjson|jsonl|json-lines|json-seq/i, '.jsonl'],
  [/\bjson\b/i, '.json'],
  [/parquet/i, '.parquet'],
  [/text\/plain/i, '.csv'],
];

/** Adds an extension by the content type when the name of a file has none that is supported. */
function readable(path: string, contentType: string | null): string {
  if (sourceFormat(path) !== null) return path;
  const ending = endingFor(contentType);
  if (ending === '') return path;
  copyFileSync(path, `${path}${ending}`, constants.COPYFILE_FICLONE);
  return `${path}${ending}`;
}

/** Returns the extension of a content type; empty for a type that is no table. */
export function endingFor(contentType: string | null): string {
  return endings.find(([type]) => type.test(contentType ?? ''))?.[1] ?? '';
}

const mostRedirects = 10;

/**
 * Returns a function that requests an address and follows redirects. Credentials are only sent to the original host.
 */
export function asking(address: URL, own: Record<string, string>): Ask {
  const first = new URL(address);
  const secret: Record<string, string> = { ...own };
  if (first.username !== '' || first.password !== '') {
    secret['authorization'] ??=
      `Basic ${Buffer.from(`${decodeURIComponent(first.username)}:${decodeURIComponent(first.password)}`).toString('base64')}`;
    first.username = '';
    first.password = '';
  }
  checkHeaders(secret);
  return async (headers, signal) => {
    let at = first;
    for (let step = 0; step <= mostRedirects; step++) {
      const response = await fetch(at, {
        headers: { ...(at.origin === first.origin ? secret : {}), ...headers },
        redirect: 'manual',
        signal,
      });
      const location = response.headers.get('location');
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
      await response.body?.cancel();
      if (!URL.canParse(location, at.href) || !/^https?:$/.test(new URL(location, at).protocol))
        throw new WorkError(`${withoutCredentials(address.href)} redirects to an address that is not http or https.`);
      at = new URL(location, at);
    }
    throw new WorkError(`${withoutCredentials(address.href)} redirects more than ${mostRedirects} times.`);
  };
}

function checkHeaders(headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      void new Headers({ [name]: value });
    } catch {
      throw new ProjectError(
        `The header \`${name}\` cannot be sent: its name or value contains characters that are not allowed in headers, such as a line break.`,
      );
    }
  }
}
