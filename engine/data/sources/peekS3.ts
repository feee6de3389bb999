import { basename } from 'node:path';
import { bytes } from '../../../words/sizes.ts';
import { CancelledError, DataError, ProjectError, WorkError } from '../../base/errors.ts';
import { sourceFormat } from '../readSource.ts';
import { addressOf, findObjects, judge, type S3Source } from './objectStoreSource.ts';
import { freshness, type Peek, type PeekOptions } from './peek.ts';
import { peekStart } from './peekStart.ts';
import { remoteStart } from './remoteStart.ts';
import { reasonOf } from './retry.ts';
import type { SourceContext } from './source.ts';

/** Objects after which the listing ends. */
const mostListed = 5000;

/** Lists the objects that match, and reads the start of the first. */
export async function peekS3(context: SourceContext, source: S3Source, options: PeekOptions): Promise<Peek> {
  try {
    const { base, send, objects, complete } = await findObjects(context, source, mostListed);
    const [first] = objects;
    if (!first) throw new DataError(`No object matches \`${source.s3}\`.`);
    if (sourceFormat(first.key) === null)
      throw new DataError(
        `The object \`${first.key}\` cannot be read as a table: specify objects that end in .csv, .tsv, .jsonl or .parquet, such as \`prefix/*.parquet\`.`,
      );
    const shown = `${source.s3.replace(/^(s3:\/\/[^/]+\/).*$/, '$1')}${first.key}`;
    const start = await remoteStart({
      ask: (headers, signal) => send(addressOf(base, first), headers, signal),
      judge: (response) => judge(shown, response),
      nameOf: () =>
        basename(first.key)
          .replaceAll(/[^\w.-]/g, '_')
          .slice(-80),
      shown,
      folder: context.folder,
      database: context.database,
      signal: context.signal,
    });
    const peek = await peekStart(context, start, options);
    const several = objects.length > 1;
    const modified = objects.flatMap((object) => object.modified ?? []);
    // Of several objects only the first is read, so its rows are not counted as those of the source.
    const { total, newest: _newest, newestOf: _of, lag: _lag, ...rest } = peek;
    const size = objects.reduce((sum, object) => sum + object.bytes, 0);
    const number = `${complete ? '' : 'more than '}${objects.length.toLocaleString('en-US')}`;
    return {
      ...freshness(modified.length > 0 ? Math.max(...modified) : null, 'file'),
      ...(several ? rest : peek),
      ...(several || total === undefined ? {} : { total }),
      about: `${several || !complete ? `${number} objects` : '1 object'} of ${source.s3}, ${bytes(size)}`,
      notes: [...(several ? [`The rows are those of the first object, ${first.key}.`] : []), ...(peek.notes ?? [])],
    };
  } catch (error) {
    if (context.signal.aborted) throw new CancelledError();
    if (error instanceof WorkError && error.cause instanceof TypeError)
      throw new WorkError(`${error.message} Check the endpoint, and that it can be reached from here.`, {
        cause: error.cause,
      });
    if (error instanceof WorkError || error instanceof ProjectError) throw error;
    throw new WorkError(`${source.s3} could not be read: ${reasonOf(error)}. Check the bucket and its endpoint.`, {
      cause: error,
    });
  }
}
