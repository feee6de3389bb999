import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { processStart } from '../base/processIdentity.ts';

export interface ClientProcess {
  pid: number;
  started: string | null;
}

const known = new WeakMap<Socket, ClientProcess | null>();

/**
 * The process at the other end of a loopback connection, to distinguish a run whose program died from one that is idle;
 * null where the system does not report it immediately (only Linux does).
 */
export function clientProcess(socket: Socket): ClientProcess | null {
  const before = known.get(socket);
  if (before !== undefined) return before;
  const found = find(socket);
  known.set(socket, found);
  return found;
}

function find(socket: Socket): ClientProcess | null {
  if (process.platform !== 'linux' || socket.remotePort === undefined || socket.localPort === undefined) return null;
  try {
    const inode = inodeOf(socket.remotePort, socket.localPort);
    const pid = inode === null ? null : holderOf(`socket:[${inode}]`);
    return pid === null ? null : { pid, started: processStart(pid) };
  } catch {
    return null;
  }
}

const longestMs = 10_000;

/**
 * The same with a program of the system, which takes a moment: lsof on macOS, netstat on Windows. Null when it reports
 * none.
 */
export async function clientProcessLater(
  socket: Socket,
  platform: NodeJS.Platform = process.platform,
): Promise<ClientProcess | null> {
  const { remotePort: client, localPort: server } = socket;
  if (client === undefined || server === undefined) return null;
  const [program, args, read] =
    platform === 'win32'
      ? (['netstat', ['-ano', '-p', 'TCP'], pidInNetstat] as const)
      : (['lsof', ['-nP', `-iTCP:${client}`, '-sTCP:ESTABLISHED', '-Fpn'], pidInLsof] as const);
  const said = await new Promise<string>((resolve) =>
    execFile(program, [...args], { timeout: longestMs, windowsHide: true, maxBuffer: 16 << 20 }, (_error, stdout) =>
      resolve(stdout),
    ),
  );
  const pid = read(said, client, server);
  return pid === null ? null : { pid, started: processStart(pid) };
}

/** Parses `lsof -Fpn`: a line `p` with the process, then lines `n` with its connections. */
export function pidInLsof(said: string, client: number, server: number): number | null {
  let pid = 0;
  for (const line of said.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    if (line.startsWith('n') && line.endsWith(`:${server}`) && line.includes(`:${client}->`) && pid > 0) return pid;
  }
  return null;
}

/** Parses `netstat -ano`: finds the client's end by its addresses, independent of the language of the state. */
export function pidInNetstat(said: string, client: number, server: number): number | null {
  for (const line of said.split('\n')) {
    const [, local = '', remote = '', , pid] = line.trim().split(/\s+/);
    if (local.endsWith(`:${client}`) && remote.endsWith(`:${server}`) && Number(pid) > 0) return Number(pid);
  }
  return null;
}

/** The inode of the client's end, from the kernel's table of connections. */
function inodeOf(local: number, remote: number): string | null {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[1]?.endsWith(`:${hex(local)}`) && fields[2]?.endsWith(`:${hex(remote)}`)) return fields[9] ?? null;
  }
  return null;
}

function holderOf(link: string): number | null {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`))
        if (readlinkSync(`/proc/${pid}/fd/${fd}`) === link) return Number(pid);
    } catch {
      // A process of another user, or one that just ended.
    }
  }
  return null;
}
