import { arch, cpus, platform, release, totalmem } from 'node:os';

/** Where a run was made, for reproducing it. No user name and no path. */
export function environmentOf(): Record<string, string> {
  const processors = cpus();
  return {
    node: process.versions.node, platform: `${platform()} ${release()}`, architecture: arch(),
    processor: processors[0]?.model ?? 'unknown', cores: String(processors.length), memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  };
}
