import type { EngineRequests } from '../../../protocol/engineHost.ts';
import { plainLog } from './logText.ts';
import { messageOf } from '../../ui/frame/messageOf.ts';

type Log = EngineRequests['runs/log'];
const everyMs = 1000;
/** Longer texts slow down the page; the beginning is dropped with a notice. */
const keptCharacters = 400_000;

/** Follows the log of one stage: the existing text, then new text while the stage runs. */
export class LogTail {
  readonly runId: string;
  readonly stage: string;
  readonly stream: 'all' | 'stderr';
  readonly #ask: (params: Log['params']) => Promise<Log['result']>;
  readonly #changed: () => void;
  /** The text as a terminal shows it. */
  text = '';
  cut = false;
  done = false;
  error: string | null = null;
  #raw = '';
  #offset = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(
    runId: string,
    stage: string,
    stream: 'all' | 'stderr',
    ask: (params: Log['params']) => Promise<Log['result']>,
    changed: () => void,
  ) {
    this.runId = runId;
    this.stage = stage;
    this.stream = stream;
    this.#ask = ask;
    this.#changed = changed;
    void this.#read();
  }

  /** Continues after an error. */
  retry(): void {
    if (this.error === null || this.#stopped) return;
    this.error = null;
    void this.#read();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    try {
      const part = await this.#ask({ runId: this.runId, stage: this.stage, offset: this.#offset, stream: this.stream });
      if (this.#stopped) return;
      const more = part.next > this.#offset;
      this.#offset = part.next;
      this.#raw += part.text;
      if (this.#raw.length > keptCharacters) {
        this.#raw = this.#raw.slice(this.#raw.indexOf('\n', this.#raw.length - keptCharacters) + 1);
        this.cut = true;
      }
      this.text = plainLog(part.open ? `${this.#raw}${part.open}\n` : this.#raw);
      this.done = part.done;
      this.error = null;
      this.#changed();
      if (!part.done) this.#timer = setTimeout(() => void this.#read(), more ? 0 : everyMs);
    } catch (error) {
      if (this.#stopped) return;
      this.error = messageOf(error);
      this.#changed();
    }
  }
}
