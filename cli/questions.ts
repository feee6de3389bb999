import { createInterface } from 'node:readline/promises';
import { CancelledError } from '../engine/base/errors.ts';

/** Questions to a person at a terminal. Enter selects the first choice. */
export interface Questions {
  /** The index of the chosen item. */
  choose(question: string, choices: readonly string[]): Promise<number>;
  agree(question: string): Promise<boolean>;
  close(): void;
}

/** Null without a terminal. Questions throw a CancelledError if the person ends them. */
export function openQuestions(signal: AbortSignal): Questions | null {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new AbortController();
  lines.on('SIGINT', () => closed.abort());
  lines.on('close', () => closed.abort());
  const answer = async (prompt: string): Promise<string> => {
    try {
      return (await lines.question(prompt, { signal: AbortSignal.any([signal, closed.signal]) })).trim();
    } catch {
      throw new CancelledError('Nothing was written.');
    }
  };
  return {
    async choose(question, choices) {
      if (choices.length <= 1) return 0;
      console.log(question);
      choices.forEach((choice, i) => console.log(`  ${String(i + 1).padStart(2)}  ${choice}`));
      for (;;) {
        const text = await answer('Number [1]: ');
        const at = text === '' ? 0 : Number(text) - 1;
        if (Number.isInteger(at) && at >= 0 && at < choices.length) return at;
        const named = choices.findIndex((choice) => choice.toLowerCase().startsWith(text.toLowerCase()));
        if (named >= 0) return named;
        console.log(`Enter a number from 1 to ${choices.length}.`);
      }
    },
    agree: async (question) => /^(y(es)?)?$/i.test(await answer(`${question} [Y/n] `)),
    close: () => lines.close(),
  };
}
