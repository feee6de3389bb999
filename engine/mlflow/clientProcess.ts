import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { processStart } from '../tracking/processIdentity.ts';

export interface ClientProcess {
  pid: number;
  started: string | null;
}

const known = new WeakMap<Socket, ClientProcess | null>();

/** The process at the other end of a loopback connection, so that a run whose program died can be told from one that is silent; null where the system does not tell (only Linux does). */
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
      for (const fd of readdirSync(`/proc/${pid}/fd`)) if (readlinkSync(`/proc/${pid}/fd/${fd}`) === link) return Number(pid);
    } catch {
      // Another user's process, or one that just ended.
    }
  }
  return null;
}
