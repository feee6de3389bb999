import { basename } from 'node:path';
import { bytes } from '../../../words/sizes.ts';
import { CancelledError, ProjectError, WorkError } from '../../base/errors.ts';
import { sourceFormat } from '../readSource.ts';
import { judgeStatus } from './fetchFile.ts';
import { asking, endingFor, type UrlSource } from './httpSource.ts';
import { freshness, type Peek, type PeekOptions } from './peek.ts';
import { peekStart } from './peekStart.ts';
import { withoutCredentials } from './redact.ts';
import { remoteStart } from './remoteStart.ts';
import { reasonOf } from './retry.ts';
import type { SourceContext } from './source.ts';

/** Reads the start of a file over HTTP by ranges of bytes. */
export async function peekUrl(context: SourceContext, source: UrlSource, options: PeekOptions): Promise<Peek> {
  const address = new URL(source.url);
  const shown = withoutCredentials(source.url);
  const name = basename(address.pathname) || 'download.csv';
  const ask = asking(address, source.headers ?? {});
  try {
    const start = await remoteStart({
      ask,
      judge: (response) => judgeStatus(shown, response),
      nameOf: (response) =>
        sourceFormat(name) === null ? `${name}${endingFor(response.headers.get('content-type'))}` : name,
      shown,
      folder: context.folder,
      database: context.database,
      signal: context.signal,
    });
    const modified = Date.parse(start.response.headers.get('last-modified') ?? '');
    const type = start.response.headers.get('content-type')?.split(';')[0]?.trim();
    return {
      ...freshness(modified, 'file'),
      ...(await peekStart(context, start, options)),
      about: [shown, ...(start.size === null ? [] : [bytes(start.size)]), ...(type ? [type] : [])].join(', '),
    };
  } catch (error) {
    if (context.signal.aborted) throw new CancelledError();
    if (error instanceof WorkError || error instanceof ProjectError) throw error;
    throw new WorkError(
      `${shown} could not be read: ${reasonOf(error)}. Check the address, and that it can be reached.`,
      {
        cause: error,
      },
    );
  }
}
