// What a program or library is made for, read from its own header: ELF (System V ABI, gabi 4+), PE/COFF (Microsoft's
// PE format) and Mach-O (mach-o/loader.h). Only 64-bit little-endian files are read further; others are told.

export interface Binary {
  system: 'linux' | 'win32' | 'darwin';
  arch: string;
  /** Linux only: the C library that the file is linked with. Absent when it needs none. */
  libc?: 'glibc' | 'musl';
}

export interface BinaryHeader extends Binary {
  /** The newest glibc whose functions it uses, such as "2.28". */
  glibc?: string;
}

/** Returns what a file is made for, or null when it is no program and no library. */
export function readBinaryHeader(bytes: Buffer): BinaryHeader | null {
  if (bytes.length < 64) return null;
  if (bytes.readUInt32BE(0) === 0x7f454c46) return readElf(bytes);
  if (bytes.readUInt16BE(0) === 0x4d5a) return readPe(bytes);
  const magic = bytes.readUInt32BE(0);
  if (slicesOf(bytes).length > 0) return { system: 'darwin', arch: 'universal' };
  if (magic === 0xcffaedfe) return { system: 'darwin', arch: machArch[bytes.readUInt32LE(4)] ?? 'other' };
  if (magic === 0xcefaedfe || magic === 0xfeedface || magic === 0xfeedfacf) return { system: 'darwin', arch: 'other' };
  return null;
}

/** Returns the part of a universal file of macOS that is for one processor, as `lipo -thin` does; null when it has none. */
export function thinned(bytes: Buffer, arch: string): Buffer | null {
  const slice = slicesOf(bytes).find((one) => one.arch === arch);
  return slice ? bytes.subarray(slice.offset, slice.offset + slice.size) : null;
}

/** The parts of a universal file; none for other files. */
function slicesOf(bytes: Buffer): { arch: string; offset: number; size: number }[] {
  // The magic number is that of a Java class too, which has its version where this has a count.
  const count = bytes.readUInt32BE(4);
  if (bytes.readUInt32BE(0) !== 0xcafebabe || count >= 20) return [];
  return Array.from({ length: count }, (_, i) => {
    const at = 8 + i * 20;
    return {
      arch: machArch[bytes.readUInt32BE(at)] ?? 'other',
      offset: bytes.readUInt32BE(at + 8),
      size: bytes.readUInt32BE(at + 12),
    };
  });
}

const machArch: Record<number, string> = { 0x01000007: 'x64', 0x0100000c: 'arm64' };
const peArch: Record<number, string> = { 0x8664: 'x64', 0xaa64: 'arm64', 0x014c: 'ia32' };
const elfArch: Record<number, string> = { 62: 'x64', 183: 'arm64', 3: 'ia32', 40: 'arm', 243: 'riscv64' };

function readPe(bytes: Buffer): BinaryHeader | null {
  const at = bytes.readUInt32LE(0x3c);
  if (at + 6 > bytes.length || bytes.readUInt32BE(at) !== 0x50450000) return null;
  return { system: 'win32', arch: peArch[bytes.readUInt16LE(at + 4)] ?? 'other' };
}

function readElf(bytes: Buffer): BinaryHeader {
  const is64 = bytes[4] === 2;
  const isLittle = bytes[5] === 1;
  const machine = isLittle ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18);
  const arch = isLittle ? (elfArch[machine] ?? 'other') : 'other';
  if (!is64 || !isLittle) return { system: 'linux', arch };
  const { needed, names } = readDynamic(bytes);
  const versions = [...names.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [Number(major), Number(minor)]);
  const [newest] = versions.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => c - a || d - b);
  const isGlibc = needed.some((name) => /^(libc\.so\.6|ld-linux.*|libm\.so\.6)$/.test(name));
  const isMusl = needed.some((name) => /^(libc\.musl-.*|ld-musl-.*|libc\.so)$/.test(name));
  return {
    system: 'linux',
    arch,
    ...(isGlibc ? { libc: 'glibc' as const } : isMusl ? { libc: 'musl' as const } : {}),
    ...(isGlibc && newest ? { glibc: newest.join('.') } : {}),
  };
}

/** The libraries that an ELF file needs, and the text of its table of names. */
function readDynamic(bytes: Buffer): { needed: string[]; names: string } {
  const number = (at: number): number => Number(bytes.readBigUInt64LE(at));
  const segments = Array.from({ length: bytes.readUInt16LE(56) }, (_, i) => {
    const at = number(32) + i * bytes.readUInt16LE(54);
    return { type: bytes.readUInt32LE(at), offset: number(at + 8), address: number(at + 16), size: number(at + 32) };
  });
  const dynamic = segments.find(({ type }) => type === 2);
  if (!dynamic) return { needed: [], names: '' };
  const entries: [number, number][] = [];
  for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16)
    entries.push([number(at), number(at + 8)]);
  const valueOf = (tag: number): number => entries.find(([key]) => key === tag)?.[1] ?? 0;
  const address = valueOf(5);
  const holder = segments.find((one) => one.type === 1 && address >= one.address && address < one.address + one.size);
  if (!holder) return { needed: [], names: '' };
  const start = holder.offset + address - holder.address;
  const table = bytes.subarray(start, start + valueOf(10));
  const nameAt = (at: number): string => table.toString('latin1', at, Math.max(at, table.indexOf(0, at)));
  return {
    needed: entries.filter(([tag]) => tag === 1).map(([, at]) => nameAt(at)),
    names: table.toString('latin1'),
  };
}
