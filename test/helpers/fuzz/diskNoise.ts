import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Random } from '../../../engine/statistics/random.ts';
import { oneOf } from './mutations.ts';

/** What a client tells of a file: LSP's FileChangeType. */
export interface DiskChange {
  path: string;
  type: 1 | 2 | 3;
}

const kinds = [
  'bytes',
  'utf-16',
  'truncated',
  'empty',
  'folder',
  'deleted',
  'renamed',
  'mended',
  'mended',
  'mended',
  'mended',
  'flipped',
  'nul',
  'bom',
  'large',
] as const;

/** Changes a file behind the server's back; says how, and what a watcher would tell. */
export function damageOnDisk(
  path: string,
  original: string,
  elsewhere: string,
  random: Random,
): { what: string; changes: DiskChange[] } {
  const kind = oneOf(kinds, random);
  const before = statSync(path, { throwIfNoEntry: false });
  if (kind === 'deleted') {
    rmSync(path, { recursive: true, force: true });
    return { what: kind, changes: [{ path, type: 3 }] };
  }
  if (kind === 'renamed') {
    if (!before) return { what: 'nothing', changes: [] };
    rmSync(elsewhere, { recursive: true, force: true });
    renameSync(path, elsewhere);
    return {
      what: kind,
      changes: [
        { path, type: 3 },
        { path: elsewhere, type: 1 },
      ],
    };
  }
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  if (kind === 'folder') mkdirSync(path);
  else writeFileSync(path, contentOf(kind, original, random));
  return { what: kind, changes: [{ path, type: before ? 2 : 1 }] };
}

function contentOf(kind: (typeof kinds)[number], original: string, random: Random): Buffer | string {
  const bytes = Buffer.from(original);
  switch (kind) {
    case 'bytes':
      return Buffer.from(Array.from({ length: random.integer(400) }, () => random.integer(256)));
    case 'utf-16':
      return Buffer.from(`\ufeff${original}`, 'utf16le');
    case 'truncated':
      return bytes.subarray(0, random.integer(bytes.length + 1));
    case 'empty':
      return '';
    case 'flipped': {
      for (let i = 0; i < 3; i++) bytes[random.integer(bytes.length)] = random.integer(256);
      return bytes;
    }
    case 'nul':
      return original.replace(/\w+/, '\0');
    case 'bom':
      return `\ufeff${original}`;
    case 'large':
      return `${original}\n${'# a line that says nothing\n'.repeat(90_000)}`;
    default:
      return original;
  }
}
