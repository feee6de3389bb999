import type { TableLooks } from '../../engine/start/tableLooks.ts';
import type { StartChoice } from '../../protocol/start.ts';
import type { CommandContext } from '../context.ts';
import type { Questions } from '../questions.ts';

export interface InitOptions {
  data?: string;
  table?: string;
  target?: string;
  task?: string;
  script?: string;
  import?: string;
  example?: string | true;
  yes?: boolean;
  dryRun?: boolean;
}

/** State that the steps of one call share. */
export interface Start {
  context: CommandContext;
  root: string;
  options: InitOptions;
  /** Null if no person can answer. */
  questions: Questions | null;
  looks: TableLooks;
}

export type Choice = StartChoice['from'] | { kind: 'example'; name: string } | { kind: 'dvc' };
