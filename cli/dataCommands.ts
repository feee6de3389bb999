import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

/** How `main.ts` runs the work of a command. */
export type Action = <O extends object>(work: (context: CommandContext, args: string[], options: O) => Promise<number>) => (...received: unknown[]) => Promise<void>;

/** The commands under `loopwright data`, one file each in commands/data/. `sub` adds one with the options that all have. */
export function registerDataCommands(sub: (name: string, description: string) => Command, action: Action): void {
  void sub;
  void action;
}
