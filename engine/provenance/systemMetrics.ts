import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { descendantsOf } from '../runner/processTree.ts';

const run = promisify(execFile);

/** How often is sampled: every 2 s in the first minute, so that short stages have a curve, then every 10 s. */
const firstMs = 2_000;
const laterMs = 10_000;
const firstSamples = 30;
/** Linux counts processor time in ticks of 10 ms, whatever the kernel's own rate. */
const tickMs = 10;

export interface SystemSampler {
  /** The process whose tree is sampled from now on, instead of this one. */
  follow(pid: number): void;
  stop(): void;
}

export interface SamplerOptions {
  write: (values: Record<string, number>, sample: number) => void;
  /** Number of the first sample. */
  from: number;
  /** For tests. */
  everyMs?: number;
}

/**
 * Samples what a stage uses until it is stopped, under MLflow's names (`system/…`). MLflow measures the whole machine; this is the stage's own
 * processes: percent of all cores, and resident megabytes (10^6 bytes). A stage that ends within the first interval has no sample.
 */
export function sampleSystem({ write, from, everyMs }: SamplerOptions): SystemSampler {
  let pid: number | null = null;
  let before = usage(null);
  let at = performance.now();
  let sample = from;
  let timer: NodeJS.Timeout;
  let stopped = false;
  const take = async () => {
    const now = performance.now();
    const used = usage(pid);
    const cards = await graphicsUse();
    if (stopped) return;
    if (used && before) {
      const share = cpuBetween(before, used) / (now - at) / availableParallelism();
      write({ 'system/cpu_utilization_percentage': round(Math.min(100, share * 100)), 'system/system_memory_usage_megabytes': round(used.bytes / 1e6), 'system/system_memory_usage_percentage': round((used.bytes / totalmem()) * 100), ...cards }, sample++);
    }
    before = used;
    at = now;
    next();
  };
  const next = () => {
    // A store that is busy for long must not end the stage.
    timer = setTimeout(() => void take().catch(next), everyMs ?? (sample - from < firstSamples ? firstMs : laterMs));
    timer.unref();
  };
  next();
  return {
    follow: (process) => {
      pid = process;
      before = usage(pid);
      at = performance.now();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

interface Usage {
  /** Processor time in milliseconds of each process, by number and start. */
  cpu: Map<string, number>;
  bytes: number;
}

/** What a process and its descendants use; of this process for null; null where the system does not tell. */
function usage(pid: number | null): Usage | null {
  if (pid === null) {
    const { user, system } = process.cpuUsage();
    return { cpu: new Map([['self', (user + system) / 1000]]), bytes: process.memoryUsage.rss() };
  }
  if (process.platform !== 'linux') return null;
  const total: Usage = { cpu: new Map(), bytes: 0 };
  for (const one of [pid, ...descendantsOf(pid).map((child) => child.pid)]) addProcess(total, one);
  return total.cpu.size === 0 ? null : total;
}

function addProcess(total: Usage, pid: number): void {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
    // utime and stime, and those of children that ended and were waited for: fields 14 to 17 of proc(5).
    const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + (fields[field] ?? 0), 0);
    total.cpu.set(`${pid} ${fields[19]}`, ticks * tickMs);
    total.bytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    // It ended in this moment.
  }
}

/** A child that ended since counts through its parent, whose time of waited children grew by all of the child's: what was counted of it before is taken off. */
function cpuBetween(before: Usage, now: Usage): number {
  let ms = 0;
  for (const [key, used] of now.cpu) ms += used - (before.cpu.get(key) ?? 0);
  for (const [key, used] of before.cpu) if (!now.cpu.has(key)) ms -= used;
  return Math.max(0, ms);
}

let noGraphics = false;

async function graphicsUse(): Promise<Record<string, number>> {
  if (noGraphics) return {};
  try {
    const { stdout } = await run('nvidia-smi', ['--query-gpu=index,utilization.gpu,memory.used,memory.total,power.draw', '--format=csv,noheader,nounits'], { timeout: 5000, killSignal: 'SIGKILL' });
    return graphicsMetrics(stdout);
  } catch (error) {
    noGraphics = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return {};
  }
}

/** The lines of nvidia-smi (memory in MiB, power in watts) under MLflow's names; what a card does not tell is left out. */
export function graphicsMetrics(listed: string): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const line of listed.trim().split('\n')) {
    const [index = '', busy, used, total, watts] = line.split(',').map((part) => part.trim());
    const add = (name: string, value: number) => { if (Number.isFinite(value)) metrics[`system/gpu_${index}_${name}`] = round(value); };
    add('utilization_percentage', Number(busy));
    add('memory_usage_megabytes', (Number(used) * 2 ** 20) / 1e6);
    add('memory_usage_percentage', (Number(used) / Number(total)) * 100);
    add('power_usage_watts', Number(watts));
  }
  return metrics;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
