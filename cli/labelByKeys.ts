import { addLabel, nextRows, rowsByKey, undoLabel } from '../engine/labelling/labelling.ts';
import type { OpenTask } from '../engine/labelling/openTask.ts';
import { ProjectError } from '../engine/base/errors.ts';
import type { LabelRow } from '../protocol/labelling.ts';
import type { Terminal } from './terminal.ts';

const fetched = 20;

/**
 * Asks row by row: 1–9 label, s skips, u undoes the last decision, q quits. `keys` yields one pressed key at a time.
 */
export async function labelByKeys(
  open: OpenTask,
  {
    labeller,
    keys,
    terminal,
  }: { labeller: string; keys: AsyncIterable<string>; terminal: Pick<Terminal, 'line' | 'style'> },
): Promise<void> {
  const { task } = open;
  let [decided, waiting, current] = [0, [] as LabelRow[], null as LabelRow | null];
  let noted = '';
  const advance = async () => {
    if (waiting.length === 0) {
      const queue = await nextRows(open, { labeller, limit: fetched });
      waiting = queue.rows;
      if (queue.note !== null && queue.note !== noted) terminal.line((noted = queue.note));
      if (waiting.length === 0)
        terminal.line(
          queue.skipped > 0 ? `Nothing is left to label; ${queue.skipped} skipped.` : 'Nothing is left to label.',
        );
    }
    current = waiting.shift() ?? null;
    if (current) show(current);
  };
  const show = (row: LabelRow) => {
    terminal.line();
    terminal.line(terminal.style('bold', `${task.key}  ${plain(row.key)}`));
    const width = Math.max(...row.values.map(({ name }) => name.length), 0);
    for (const { name, value, unit } of row.values)
      terminal.line(
        `  ${name.padEnd(width)}  ${value === null ? '–' : plain(value)}${unit !== null && value !== null ? ` ${unit}` : ''}`,
      );
    terminal.line(
      `${task.classes
        .slice(0, 9)
        .map((label, i) => `${i + 1} ${label}`)
        .join('   ')}   s skip   u undo   q quit`,
    );
  };
  terminal.line(`${task.name}: labelling as ${labeller}; every decision is saved at once.`);
  await advance();
  if (!current) return;
  for await (const key of keys) {
    const digit = /^[1-9]$/.test(key) ? task.classes[Number(key) - 1] : undefined;
    const row: LabelRow | null = current;
    if (key === 'q' || key === '\u0003' || key === '\u0004') break;
    if (key === 'u' || key === '\u001a') {
      try {
        const undone = undoLabel(task, labeller);
        terminal.line(`undone: ${plain(undone.key)}`);
        const [again] = await rowsByKey(open, [undone.key], labeller);
        if (row) waiting.unshift(row);
        waiting = again ? [again, ...waiting] : waiting;
        decided--;
        await advance();
      } catch (error) {
        if (!(error instanceof ProjectError)) throw error;
        terminal.line(error.message);
      }
    } else if (row && (digit !== undefined || key === 's' || key === ' ')) {
      const { note } = await addLabel(open, { key: row.key, label: digit ?? null, labeller });
      if (note !== null) terminal.line(note);
      terminal.line(`→ ${digit ?? 'skipped'}`);
      decided++;
      await advance();
    }
    if (!current) break;
  }
  terminal.line(`${decided} decided.`);
}

/**
 * The keys pressed on a terminal, one at a time, without waiting for Enter. The terminal is restored at the end.
 */
export async function* pressedKeys(input: NodeJS.ReadStream, signal: AbortSignal): AsyncGenerator<string> {
  const stop = () => input.destroy();
  signal.addEventListener('abort', stop);
  input.setRawMode(true);
  input.setEncoding('utf8');
  try {
    // Arrow keys and similar arrive as sequences that begin with Escape; they have no meaning here.
    for await (const text of input as AsyncIterable<string>) if (!text.startsWith('\u001b')) yield* text;
  } finally {
    signal.removeEventListener('abort', stop);
    if (!input.destroyed) input.setRawMode(false);
    input.destroy();
  }
}

/** Control characters could move the cursor or change the terminal. */
function plain(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, '�').replaceAll('\n', '\n    ');
}
