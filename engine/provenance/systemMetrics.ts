import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { cpuBetween, ownUse, treeUse, type ProcessUse } from './processUse.ts';

const run = promisify(execFile);

/**
 * The interval between samples: 2 s in the first minute, so that short stages have a curve, then 10 s. Where a slow
 * program must be run, always 10 s.
 */
const firstMs = process.platform === 'win32' ? 10_000 : 2_000;
const laterMs = 10_000;
const firstSamples = 30;

export interface SystemSampler {
  /** Samples the tree of this process from now on. */
  follow(pid: number): void;
  stop(): void;
}

export interface SamplerOptions {
  write: (values: Record<string, number>, sample: number) => void;
  /** Number of the first sample. */
  from: number;
  /** For tests. */
  everyMs?: number;
  platform?: NodeJS.Platform;
}

/**
 * Samples the resource use of a stage until it is stopped, under MLflow's names (`system/…`). MLflow measures the whole
 * machine; this measures the stage's own processes: percent of all cores, and resident megabytes (10^6 bytes). A stage
 * that ends within the first interval has no sample.
 */
export function sampleSystem({ write, from, everyMs, platform }: SamplerOptions): SystemSampler {
  let pid: number | null = null;
  let before: ProcessUse | null = ownUse();
  let at = performance.now();
  let sample = from;
  let timer: NodeJS.Timeout;
  let stopped = false;
  const take = async () => {
    const whose = pid;
    const used = whose === null ? ownUse() : await treeUse(whose, platform);
    const now = performance.now();
    const cards = await graphicsUse();
    if (stopped) return;
    // Another process is sampled now.
    if (whose !== pid) return next();
    if (used && before) {
      const share = cpuBetween(before, used) / (now - at) / availableParallelism();
      write(
        {
          'system/cpu_utilization_percentage': round(Math.min(100, share * 100)),
          'system/system_memory_usage_megabytes': round(used.bytes / 1e6),
          'system/system_memory_usage_percentage': round((used.bytes / totalmem()) * 100),
          ...cards,
        },
        sample++,
      );
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
      // The process has just started.
      before = { cpu: new Map(), waited: false, bytes: 0 };
      at = performance.now();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

let noGraphics = false;

async function graphicsUse(): Promise<Record<string, number>> {
  if (noGraphics) return {};
  try {
    const { stdout } = await run(
      'nvidia-smi',
      ['--query-gpu=index,utilization.gpu,memory.used,memory.total,power.draw', '--format=csv,noheader,nounits'],
      { timeout: 5000, killSignal: 'SIGKILL' },
    );
    return graphicsMetrics(stdout);
  } catch (error) {
    noGraphics = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return {};
  }
}

/** Parses nvidia-smi (memory in MiB, power in watts) into MLflow's names; missing values are left out. */
export function graphicsMetrics(listed: string): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const line of listed.trim().split('\n')) {
    const [index = '', busy, used, total, watts] = line.split(',').map((part) => part.trim());
    const add = (name: string, value: number) => {
      if (Number.isFinite(value)) metrics[`system/gpu_${index}_${name}`] = round(value);
    };
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
