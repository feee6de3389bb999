import { constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

export type Compression = 'gzip' | 'deflate' | 'zstd';

/** Bytes that one compressed byte becomes at most: 258 for two bits in deflate; blocks of zstd that repeat one byte. */
const mostPerByte = { gzip: 1032, deflate: 1032, zstd: 32_768 } as const;

/**
 * Unpacks the start of a compressed text, at most `most` bytes: a megabyte can become a gigabyte. `isWhole` says that
 * `bytes` are all there is; otherwise the end may be missing. Throws the error of zlib for damaged bytes.
 */
export function unpackStart(
  bytes: Buffer,
  compression: Compression,
  { most, isWhole }: { most: number; isWhole: boolean },
): { bytes: Buffer; isCut: boolean } {
  try {
    return { bytes: unpack(bytes, compression, most, isWhole), isCut: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
  }
  for (let length = Math.ceil(most / mostPerByte[compression]); length > 1; length = Math.floor(length / 2)) {
    try {
      return { bytes: unpack(bytes.subarray(0, length), compression, most, false), isCut: true };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    }
  }
  return { bytes: Buffer.alloc(0), isCut: true };
}

/** The flush settings accept a stream that is cut off. */
function unpack(bytes: Buffer, compression: Compression, maxOutputLength: number, isWhole: boolean): Buffer {
  if (compression === 'zstd')
    return zstdDecompressSync(bytes, {
      maxOutputLength,
      ...(isWhole ? {} : { finishFlush: constants.ZSTD_e_flush }),
    });
  const options = { maxOutputLength, ...(isWhole ? {} : { finishFlush: constants.Z_SYNC_FLUSH }) };
  return compression === 'gzip' ? gunzipSync(bytes, options) : inflateSync(bytes, options);
}
