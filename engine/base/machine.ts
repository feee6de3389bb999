import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/** Where the numbers of processes have their meaning: a machine, one boot of it, one namespace of processes. */
export interface Place {
  /** The id of the machine: `/etc/machine-id` where it exists, else its name. */
  machine: string;
  /** The name of the machine, for people. */
  host: string;
  /** The id of this boot; empty where the system has none. */
  boot: string;
  /** The namespace of process numbers: containers on one kernel have their own. Empty where the system has none. */
  pids: string;
}

/** The machine that a program runs on, with its clocks. */
export interface Machine extends Place {
  /** Epoch milliseconds. It jumps when somebody sets the clock. */
  now(): number;
  /** Milliseconds that the machine was awake since its boot; the same clock in every process of it. */
  awakeMs(): number;
  /** When the machine started, by its own clock, in epoch milliseconds. */
  bootedAt(): number;
}

/** The namespace that a kernel makes first (PROC_PID_INIT_INO): a process in it is in no container. */
const firstNamespace = 'pid:[4026531836]';

/**
 * What the number of a process that was noted at `place` says here. `here`: the process can be looked up. `restarted`:
 * the machine started again since, so the process ended. `elsewhere`: nothing, another machine or container gave the
 * number. `notedAt` is the last sign of the process in epoch milliseconds: clones of a virtual machine share name and
 * id, and one that gave a sign since this machine started is another machine.
 */
export function comparePlace(place: Place, machine: Machine, notedAt: number): 'here' | 'restarted' | 'elsewhere' {
  if (place.machine !== machine.machine) return 'elsewhere';
  if (place.boot === machine.boot && place.pids === machine.pids) return 'here';
  const isOneMachine = place.host === machine.host && place.pids === firstNamespace && machine.pids === firstNamespace;
  return isOneMachine && place.boot !== machine.boot && notedAt < machine.bootedAt() ? 'restarted' : 'elsewhere';
}

/** The place of a machine alone, without its clocks, to be kept. */
export function placeOf({ machine, host, boot, pids }: Machine): Place {
  return { machine, host, boot, pids };
}

let found: Machine | undefined;

/** The machine of this process. */
export function thisMachine(): Machine {
  return (found ??= {
    machine: firstLine('/etc/machine-id') || firstLine('/var/lib/dbus/machine-id') || hostname(),
    host: hostname(),
    boot: firstLine('/proc/sys/kernel/random/boot_id'),
    pids: linkTarget('/proc/self/ns/pid'),
    now: Date.now,
    // On Linux this clock stops while the machine sleeps, and all processes of a boot read the same.
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
