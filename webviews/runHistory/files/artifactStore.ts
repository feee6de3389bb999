import type { ArtifactContent } from '../../../protocol/runs.ts';
import { messageOf } from '../../ui/frame/messageOf.ts';

export interface HeldArtifact {
  content: ArtifactContent | null;
  error: string | null;
  /** Possibly outdated: shown until the newer content arrives. */
  isOld: boolean;
}

/** Maximum number of cached base64 characters; the least recently requested are evicted first. */
const keptCharacters = 200_000_000;

/** Files of runs for the views, fetched when they become visible, one at a time. */
export class ArtifactStore {
  readonly #ask: (params: { runId: string; path: string }) => Promise<ArtifactContent>;
  readonly #changed: () => void;
  readonly #held = new Map<string, HeldArtifact>();
  #waiting: { runId: string; path: string }[] = [];
  #busy = false;

  constructor(ask: (params: { runId: string; path: string }) => Promise<ArtifactContent>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** The cached state of a file; undefined until its response arrives. */
  get(runId: string, path: string): HeldArtifact | undefined {
    return this.#held.get(keyOf(runId, path));
  }

  want(runId: string, path: string): void {
    if (this.get(runId, path)?.isOld === false || this.#waiting.some((one) => one.runId === runId && one.path === path))
      return;
    this.#waiting.push({ runId, path });
    if (!this.#busy) void this.#work();
  }

  retry(runId: string, path: string): void {
    this.#held.delete(keyOf(runId, path));
    this.want(runId, path);
  }

  /** Marks the files of a running run as possibly outdated. */
  outdate(runId: string): void {
    for (const [key, held] of this.#held) if (key.startsWith(`${runId}\n`)) held.isOld = true;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const held: HeldArtifact = { content: null, error: null, isOld: false };
      try {
        held.content = await this.#ask(next);
      } catch (error) {
        held.error = messageOf(error);
      }
      this.#waiting.shift();
      this.#held.set(keyOf(next.runId, next.path), held);
      this.#shrink();
      this.#changed();
    }
    this.#busy = false;
  }

  #shrink(): void {
    let size = 0;
    for (const [key, { content }] of [...this.#held].toReversed()) {
      size += content?.base64?.length ?? 0;
      if (size > keptCharacters) this.#held.delete(key);
    }
  }
}

function keyOf(runId: string, path: string): string {
  return `${runId}\n${path}`;
}
