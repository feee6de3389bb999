import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError, WorkError } from '../../base/errors.ts';
import { globMatcher, isGlob } from '../../base/glob.ts';
import { sourceFormat } from '../readSource.ts';
import { fetchFile, fileHere, type FetchedFile } from './fetchFile.ts';
import { timeOf } from './peek.ts';
import { PassingFault, retryAfterMs, withRetries } from './retry.ts';
import type { Received, SourceContext } from './source.ts';

export interface S3Source {
  s3: string;
  endpoint?: string | undefined;
  region?: string | undefined;
}

export interface StoredObject {
  key: string;
  etag: string;
  bytes: number;
  /** Epoch milliseconds; null when the store does not tell. */
  modified: number | null;
}

export type Send = (url: URL, headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;

/** Reads the matching objects of a bucket. Only objects that changed since the last time are fetched. */
export async function fromS3(context: SourceContext, source: S3Source): Promise<Received> {
  const { base, send, objects } = await findObjects(context, source);
  const folder = join(
    context.folder,
    `s3-${createHash('sha256').update(`${base.href}\0${source.s3}`).digest('hex').slice(0, 16)}`,
  );
  const files = objects.map((object) => pathOf(folder, object));
  let done = 0;
  let fetched = 0;
  await inParallel(
    context.signal,
    objects.map((object, i) => async (signal) => {
      const file = files[i] ?? '';
      // The name contains the ETag, so a complete file is current.
      if (context.anew || !(await fileHere(file))) {
        await fetchObject({ ...context, signal, progress: () => {} }, source.s3, base, object, file, send);
        fetched++;
      }
      context.progress(`fetching ${object.key}`, ++done / objects.length);
    }),
  );
  context.log(`${objects.length} ${objects.length === 1 ? 'object' : 'objects'} of ${source.s3}, ${fetched} fetched`);
  dropOthers(folder, files);
  return {
    files,
    version: createHash('sha256')
      .update(objects.map(({ key, etag }) => `${key}\0${etag}\n`).join(''))
      .digest('hex'),
  };
}

/**
 * Returns the objects that match, ordered by key, with what is needed to fetch them. `most` ends the listing
 * early, and then nothing is tried twice. Throws DataError when there is none.
 */
export async function findObjects(
  context: SourceContext,
  source: S3Source,
  most = Number.POSITIVE_INFINITY,
): Promise<{ base: URL; send: Send; objects: StoredObject[]; complete: boolean }> {
  const [, bucket = '', pattern = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(source.s3) ?? [];
  const region = source.region ?? context.env['AWS_REGION'] ?? context.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const base = bucketAddress(
    bucket,
    region,
    source.endpoint ?? context.env['AWS_ENDPOINT_URL_S3'] ?? context.env['AWS_ENDPOINT_URL'],
  );
  const send = await sender(context, region);
  context.progress(`listing ${source.s3}`);
  const listed = await listObjects(context, source.s3, base, pattern, send, most);
  const objects = listed.objects.filter(({ key, bytes }) => matches(key, pattern) && bytes > 0);
  if (objects.length === 0)
    throw new DataError(`No object matches \`${source.s3}\`. Correct the bucket or the key, or upload the data.`);
  return { base, send, objects, complete: listed.complete };
}

const atOnce = 8;

/** Runs tasks with limited concurrency. The first that fails stops the others. */
async function inParallel(signal: AbortSignal, pieces: ((signal: AbortSignal) => Promise<void>)[]): Promise<void> {
  const stop = new AbortController();
  const waiting = [...pieces];
  const failures: unknown[] = [];
  const worker = async () => {
    for (let piece = waiting.shift(); piece && !stop.signal.aborted; piece = waiting.shift()) {
      try {
        await piece(AbortSignal.any([signal, stop.signal]));
      } catch (error) {
        failures.push(error);
        stop.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, pieces.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

/** Returns the address of a bucket: a host of its own at Amazon, a path at other stores, which all of them support. */
function bucketAddress(bucket: string, region: string, endpoint: string | undefined): URL {
  if (endpoint !== undefined) return new URL(`${endpoint.replace(/(?<!\/)\/+$/, '')}/${encodeURIComponent(bucket)}/`);
  // The certificate of these hosts does not cover names with further dots.
  return new URL(
    bucket.includes('.')
      ? `https://s3.${region}.amazonaws.com/${bucket}/`
      : `https://${bucket}.s3.${region}.amazonaws.com/`,
  );
}

/** Returns a function that signs requests with the keys of the environment. Without keys, the bucket must be public. */
async function sender({ env }: SourceContext, region: string): Promise<Send> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!accessKeyId || !secretAccessKey) return (url, headers, signal) => fetch(url, { headers, signal });
  const { AwsV4Signer } = await import('aws4fetch');
  return async (url, { 'accept-encoding': encoding, ...headers }, signal) => {
    // Headers that proxies can change are not signed.
    const signed = await new AwsV4Signer({
      url: url.href,
      headers: { ...headers, 'x-amz-content-sha256': emptyHash },
      accessKeyId,
      secretAccessKey,
      ...(sessionToken ? { sessionToken } : {}),
      service: 's3',
      region,
    }).sign();
    if (encoding !== undefined) signed.headers.set('accept-encoding', encoding);
    return fetch(signed.url, { headers: signed.headers, signal, redirect: 'manual' });
  };
}

const emptyHash = createHash('sha256').digest('hex');

async function listObjects(
  context: SourceContext,
  shown: string,
  base: URL,
  pattern: string,
  send: Send,
  most: number,
): Promise<{ objects: StoredObject[]; complete: boolean }> {
  const prefix = isGlob(pattern) ? pattern.slice(0, pattern.search(/[*?[{]/)) : pattern;
  const objects: StoredObject[] = [];
  let token: string | null = null;
  const seen = new Set<string>();
  do {
    const url = new URL(base);
    url.search = new URLSearchParams({
      'list-type': '2',
      'encoding-type': 'url',
      prefix,
      ...(token === null ? {} : { 'continuation-token': token }),
    })
      .toString()
      .replaceAll('+', '%20');
    const xml = await withRetries(
      {
        what: `${shown} could not be listed`,
        signal: context.signal,
        log: context.log,
        ...(Number.isFinite(most) ? { attempts: 1 } : {}),
      },
      async () => {
        const response = await send(url, {}, context.signal);
        await judge(shown, response);
        return response.text();
      },
    );
    for (const [, entry = ''] of xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
      objects.push({
        key: decodeURIComponent((element(entry, 'Key') ?? '').replaceAll('+', ' ')),
        etag: element(entry, 'ETag') ?? '',
        bytes: Number(element(entry, 'Size') ?? 0),
        modified: timeOf(element(entry, 'LastModified')),
      });
    }
    context.progress(`listing ${shown}: ${objects.length.toLocaleString('en-US')} objects`);
    token = element(xml, 'IsTruncated') === 'true' ? (element(xml, 'NextContinuationToken') ?? null) : null;
    if (token !== null && seen.has(token))
      throw new WorkError(`${shown} could not be listed: the server gives the same page again and again.`);
    if (token !== null) seen.add(token);
  } while (token !== null && objects.length < most);
  return { objects: objects.toSorted((a, b) => (a.key < b.key ? -1 : 1)), complete: token === null };
}

/** Returns the text of an XML element without children. */
function element(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text === undefined
    ? null
    : text
        .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
        .replaceAll('&quot;', '"')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&apos;', "'")
        .replaceAll('&amp;', '&');
}

async function fetchObject(
  context: SourceContext,
  shown: string,
  base: URL,
  object: StoredObject,
  path: string,
  send: Send,
): Promise<void> {
  const url = addressOf(base, object);
  await fetchFile({
    shown: `${shown.replace(/^(s3:\/\/[^/]+\/).*$/, '$1')}${object.key}`,
    path,
    anew: context.anew,
    signal: context.signal,
    progress: context.progress,
    log: context.log,
    ask: async (headers, signal) => {
      const { 'if-range': _same, 'if-none-match': _none, ...rest } = headers;
      // With If-Match, the whole object and the rest of one both come from the listed version.
      const response = await send(
        url,
        { ...rest, ...(object.etag === '' ? {} : { 'if-match': object.etag }), 'x-amz-checksum-mode': 'ENABLED' },
        signal,
      );
      if (response.status === 412 || response.status === 404)
        throw new DataError(`${object.key} changed in ${shown} while it was fetched. Run again.`);
      await judge(shown, response);
      return response;
    },
    check: (file, response) => checkSum(object, path, file, response),
  });
}

/**
 * Compares checksums from the store: SHA-256 of the object if it has one, otherwise the MD5 in the ETag of an object
 * that was uploaded in one part.
 */
async function checkSum(object: StoredObject, path: string, file: FetchedFile, response: Response): Promise<void> {
  if (file.bytes !== object.bytes)
    throw new PassingFault(
      `${object.key} has ${object.bytes.toLocaleString('en-US')} bytes and ${file.bytes.toLocaleString('en-US')} arrived`,
    );
  const sha256 = response.headers.get('x-amz-checksum-sha256');
  const whole = response.status === 200 && sha256 !== null && !sha256.includes('-');
  if (whole && Buffer.from(sha256, 'base64').toString('hex') !== file.sha256)
    throw new PassingFault(`${object.key} arrived damaged: its SHA-256 differs from that of the store`);
  const md5 = /^"?([0-9a-f]{32})"?$/.exec(object.etag)?.[1];
  const encrypted =
    response.headers.get('x-amz-server-side-encryption')?.startsWith('aws:kms') ||
    response.headers.has('x-amz-server-side-encryption-customer-algorithm');
  if (md5 === undefined || encrypted || whole) return;
  const hash = createHash('md5');
  for await (const chunk of createReadStream(`${path}.part`)) hash.update(chunk as Buffer);
  if (hash.digest('hex') !== md5) throw new PassingFault(`${object.key} arrived damaged: its MD5 is not the store's`);
}

/** Throws for a response of the store that is not a success: PassingFault or WorkError. */
export async function judge(shown: string, response: Response): Promise<void> {
  const { status } = response;
  if (status < 300 || status === 304 || status === 416) return;
  const body = (await response.text().catch(() => '')).slice(0, 10_000);
  const code = element(body, 'Code');
  const says = [code, element(body, 'Message')].filter(Boolean).join(': ') || `${status} ${response.statusText}`;
  if (status === 408 || status === 429 || status >= 500 || code === 'SlowDown')
    throw new PassingFault(`the store answered ${says}`, retryAfterMs(response.headers.get('retry-after')));
  const region = response.headers.get('x-amz-bucket-region') ?? element(body, 'Region');
  const advice =
    status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed'
      ? ` The bucket is in another region${region === null ? '' : `: write \`region: ${region}\``}.`
      : status === 403 || status === 401
        ? ' Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, if there is one) of a user with permission to list and read it.'
        : code === 'NoSuchBucket'
          ? ' Correct the name of the bucket.'
          : '';
  throw new WorkError(`${shown} could not be read: the store answered ${says.replace(/\.$/, '')}.${advice}`);
}

function matches(key: string, pattern: string): boolean {
  return (isGlob(pattern) ? globMatcher(pattern).test(key) : key === pattern) && !key.endsWith('/');
}

/** Returns the address of an object. */
export function addressOf(base: URL, { key }: StoredObject): URL {
  const url = new URL(base);
  url.pathname += key.split('/').map(encodeKey).join('/');
  return url;
}

/** Also encodes the characters that encodeURIComponent leaves but a signature requires encoded. */
function encodeKey(part: string): string {
  return encodeURIComponent(part).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Returns a file name for each key and ETag, with the extension of its format. */
function pathOf(folder: string, { key, etag }: StoredObject): string {
  const name = basename(key)
    .replaceAll(/[^\w.-]/g, '_')
    .slice(-80);
  if (sourceFormat(name) === null)
    throw new DataError(
      `The object \`${key}\` cannot be read as a table: specify objects that end in .csv, .tsv, .jsonl or .parquet, such as \`prefix/*.parquet\`.`,
    );
  return join(folder, `${createHash('sha256').update(`${key}\0${etag}`).digest('hex').slice(0, 20)}-${name}`);
}

/** Removes the files of objects that changed or were deleted. */
function dropOthers(folder: string, files: readonly string[]): void {
  const kept = new Set(files.flatMap((file) => [basename(file), `${basename(file)}.json`]));
  if (!files.every((file) => dirname(file) === folder)) return;
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name), { force: true });
}
