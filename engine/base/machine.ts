import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/** The scope in which a process id is unique: one machine, one boot, one PID namespace. */
export interface Place {
  /** Machine id: `/etc/machine-id` where it exists, otherwise the host name. */
  machine: string;
  /** Host name, for display. */
  host: string;
  /** Boot id; empty where the system has none. */
  boot: string;
  /** PID namespace. Each container has its own. Empty where the system has none. */
  pids: string;
}

/** The machine that a program runs on, with its clocks. */
export interface Machine extends Place {
  /** Epoch milliseconds. The value jumps when the system clock is set. */
  now(): number;
  /** Milliseconds since boot, without time asleep. All processes of one boot read the same clock. */
  awakeMs(): number;
  /** Boot time in epoch milliseconds, by the machine's own clock. */
  bootedAt(): number;
}

/** The initial PID namespace of the kernel (PROC_PID_INIT_INO). A process in it runs outside any container. */
const firstNamespace = 'pid:[4026531836]';

/**
 * Compares the place where a process id was recorded with this machine. `here`: the id can be looked up. `restarted`:
 * the machine rebooted since, so the process has ended. `elsewhere`: the id belongs to another machine or container.
 * `notedAt` is the last heartbeat of the process in epoch milliseconds. Clones of a virtual machine share name and id,
 * so a heartbeat later than the boot of this machine comes from another machine.
 */
export function comparePlace(place: Place, machine: Machine, notedAt: number): 'here' | 'restarted' | 'elsewhere' {
  if (place.machine !== machine.machine) return 'elsewhere';
  if (place.boot === machine.boot && place.pids === machine.pids) return 'here';
  const isOneMachine = place.host === machine.host && place.pids === firstNamespace && machine.pids === firstNamespace;
  return isOneMachine && place.boot !== machine.boot && notedAt < machine.bootedAt() ? 'restarted' : 'elsewhere';
}

/** Returns the place of a machine without its clocks, ready to be stored. */
export function placeOf({ machine, host, boot, pids }: Machine): Place {
  return { machine, host, boot, pids };
}

let found: Machine | undefined;

/** Returns the machine of this process. */
export function thisMachine(): Machine {
  return (found ??= {
    machine: firstLine('/etc/machine-id') || firstLine('/var/lib/dbus/machine-id') || hostname(),
    host: hostname(),
    boot: firstLine('/proc/sys/kernel/random/boot_id'),
    pids: linkTarget('/proc/self/ns/pid'),
    now: Date.now,
    // On Linux this clock stops while the machine sleeps, and all processes of a boot read the same value.
    awakeMs: () => Math.round(Number(process.hrtime.bigint() / 1_000_000n)),
    bootedAt: () => Date.now() - uptime() * 1000,
  });
}

function firstLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().split('\n')[0] ?? '';
  } catch {
    return '';
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
