import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readRegularFile } from '../base/readRegularFile.ts';
import manifest from '../../package.json' with { type: 'json' };

const run = promisify(execFile);

const lockFiles = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'];

/**
 * The environment of a run, for reproducing it and comparing it. It contains no user name, path or environment
 * variable.
 */
export async function environmentOf(root: string): Promise<Record<string, string>> {
  const processors = cpus();
  const gpu = await (graphics ??= graphicsOf());
  const system = systemName();
  return {
    loopwright: manifest.version,
    node: process.versions.node,
    platform: `${platform()} ${release()}`,
    ...(system === null ? {} : { system }),
    architecture: arch(),
    processor: processors[0]?.model ?? 'unknown',
    cores: String(processors.length),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    ...(gpu === null ? {} : { gpu }),
    ...nodePackages(root),
  };
}

/** Read once: the GPUs of a machine do not change while a program runs. */
let graphics: Promise<string | null> | null = null;

async function graphicsOf(): Promise<string | null> {
  try {
    const { stdout } = await run(
      'nvidia-smi',
      ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'],
      { timeout: 3000, killSignal: 'SIGKILL' },
    );
    return graphicsText(stdout);
  } catch {
    return null;
  }
}

/** `2 × NVIDIA A100-SXM4-80GB, 81920 MiB, driver 550.54.15` from the output of nvidia-smi; null for an empty list. */
export function graphicsText(listed: string): string | null {
  const counts = new Map<string, number>();
  for (const line of listed.split('\n')) {
    const [name, memory, driver] = line.split(',').map((part) => part.trim());
    if (!name || !memory || !driver) continue;
    const text = `${name}, ${memory}, driver ${driver}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts.size === 0 ? null : [...counts].map(([text, n]) => (n === 1 ? text : `${n} × ${text}`)).join('; ');
}

function systemName(): string | null {
  try {
    return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

/** The hash of the lock file of Node packages, which contains each package with its version. */
function nodePackages(root: string): Record<string, string> {
  for (const name of lockFiles) {
    try {
      return {
        node_packages: `${name} ${createHash('sha256')
          .update(readRegularFile(join(root, name)))
          .digest('hex')
          .slice(0, 16)}`,
      };
    } catch {
      // The lock file of another package manager, or none.
    }
  }
  return {};
}
