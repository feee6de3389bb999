/**
 * Runs `work` after calls have been quiet for `quietMs`, one at a time. A call that comes while it runs makes it run
 * once more, so the last event is never dropped.
 */
export function latest(
  work: () => Promise<void>,
  quietMs: number,
): { ask(): void; now(): Promise<void>; dispose(): void } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  const run = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await work();
      } while (again);
    })().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    ask() {
      // A timer that is already set is left alone: a steady stream of events must not postpone the work for ever.
      timer ??= setTimeout(() => void run(), quietMs);
    },
    now: run,
    dispose() {
      clearTimeout(timer);
      again = false;
    },
  };
}
