import type { Machine } from '../../engine/base/machine.ts';

/** A machine of another name, with clocks that stand still until a test moves them. */
export function otherMachine(host: string): Machine & { clock: number; awake: number } {
  const machine = {
    machine: `id of ${host}`,
    host,
    boot: `boot of ${host}`,
    pids: 'pid:[4026531836]',
    clock: 1_800_000_000_000,
    awake: 5000,
    now: () => machine.clock,
    awakeMs: () => machine.awake,
    bootedAt: () => machine.clock - machine.awake,
  };
  return machine;
}
