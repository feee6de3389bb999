import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { descendantsOf } from '../base/processTree.ts';

const run = promisify(execFile);

/** Linux reports processor time in ticks of 10 ms, independent of the kernel's rate. */
const tickMs = 10;

/** The resource use of a tree of processes. */
export interface ProcessUse {
  /** Processor time in milliseconds of each process, by process id and, if known, start time. */
  cpu: Map<string, number>;
  /** True when the time of a process includes its ended children. */
  waited: boolean;
  /** Resident bytes. */
  bytes: number;
}

/** A line of the system's list of processes. */
export interface ListedProcess {
  pid: number;
  parent: number;
  cpuMs: number;
  bytes: number;
}

/** The resource use of this process. */
export function ownUse(): ProcessUse {
  const { user, system } = process.cpuUsage();
  return { cpu: new Map([['self', (user + system) / 1000]]), waited: false, bytes: process.memoryUsage.rss() };
}

/** The resource use of a process and its descendants; null when none of them is running. */
export async function treeUse(pid: number, platform: NodeJS.Platform = process.platform): Promise<ProcessUse | null> {
  if (platform !== 'linux') return useIn(await listProcesses(platform), pid);
  const total: ProcessUse = { cpu: new Map(), waited: true, bytes: 0 };
  for (const one of [pid, ...descendantsOf(pid).map((child) => child.pid)]) addProcess(total, one);
  return total.cpu.size === 0 ? null : total;
}

function addProcess(total: ProcessUse, pid: number): void {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    // utime and stime, and those of ended children: fields 14 to 17 of proc(5).
    const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + (fields[field] ?? 0), 0);
    total.cpu.set(`${pid} ${fields[19]}`, ticks * tickMs);
    total.bytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    // The process just ended.
  }
}

async function listProcesses(platform: NodeJS.Platform): Promise<ListedProcess[]> {
  if (platform !== 'win32')
    return psLines(
      (await run('ps', ['-A', '-o', 'pid=,ppid=,time=,rss='], { timeout: 5000, maxBuffer: 1 << 24 })).stdout,
    );
  const ask =
    'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.KernelModeTime + $_.UserModeTime) $($_.WorkingSetSize)" }';
  return cimLines(
    (
      await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', ask], {
        timeout: 10_000,
        maxBuffer: 1 << 24,
        windowsHide: true,
      })
    ).stdout,
  );
}

/** Parses `ps -o pid=,ppid=,time=,rss=`: time as `[[days-]hours:]minutes:seconds[.hundredths]`, memory in KiB. */
export function psLines(listed: string): ListedProcess[] {
  return listed.split('\n').flatMap((line) => {
    const [, pid, parent, days = '0', clock = '', kib] =
      /^\s*(\d+)\s+(\d+)\s+(?:(\d+)-)?([\d:.]+)\s+(\d+)\s*$/.exec(line) ?? [];
    const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    return pid === undefined
      ? []
      : [
          {
            pid: Number(pid),
            parent: Number(parent),
            cpuMs: Math.round((Number(days) * 86_400 + seconds) * 1000),
            bytes: Number(kib) * 1024,
          },
        ];
  });
}

/** Parses lines of process id, parent, processor time in units of 100 ns, and resident bytes. */
export function cimLines(listed: string): ListedProcess[] {
  return listed.split('\n').flatMap((line) => {
    const [, pid, parent, ticks, bytes] = /^\s*(\d+) (\d+) (\d+) (\d+)\s*$/.exec(line) ?? [];
    return pid === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), cpuMs: Number(ticks) / 10_000, bytes: Number(bytes) }];
  });
}

/** The resource use of a process and its descendants in a list of all processes. */
export function useIn(listed: readonly ListedProcess[], pid: number): ProcessUse | null {
  const total: ProcessUse = { cpu: new Map(), waited: false, bytes: 0 };
  const children = new Map<number, ListedProcess[]>();
  for (const one of listed) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  const seen = new Set<number>();
  const visit = (one: ListedProcess | undefined): void => {
    // Windows reuses the ids of ended parents, so lists can contain circles.
    if (!one || seen.has(one.pid)) return;
    seen.add(one.pid);
    total.cpu.set(String(one.pid), one.cpuMs);
    total.bytes += one.bytes;
    for (const child of children.get(one.pid) ?? []) visit(child);
  };
  visit(listed.find((one) => one.pid === pid));
  return total.cpu.size === 0 ? null : total;
}

/**
 * Processor time between two samples in milliseconds. On Linux, a child that ended in between counts through its
 * parent, whose time of waited children includes all of the child's; the part counted before is subtracted. Elsewhere,
 * the time since the last sample is lost.
 */
export function cpuBetween(before: ProcessUse, now: ProcessUse): number {
  let ms = 0;
  for (const [key, used] of now.cpu) ms += Math.max(now.waited ? -Infinity : 0, used - (before.cpu.get(key) ?? 0));
  if (now.waited) for (const [key, used] of before.cpu) if (!now.cpu.has(key)) ms -= used;
  return Math.max(0, ms);
}
