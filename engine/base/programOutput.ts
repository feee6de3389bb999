import { StringDecoder } from 'node:string_decoder';
import { OutputScreen } from './outputScreen.ts';

export type Stream = 'stdout' | 'stderr';

export interface OutputListener {
  /** A line that is as it will stay, without its end. */
  onLine: (line: string, from: Stream) => void;
  /** The lines that are not ended, or may still change, after something in them changed; at most ten times a second. */
  onOpen?: ((rows: readonly string[], from: Stream) => void) | undefined;
}

const openEveryMs = 100;

/** Reads both streams of a program as a terminal would show them. */
export class ProgramOutput {
  readonly #listener: OutputListener;
  readonly #screens = new Map<Stream, OutputScreen>();
  readonly #shown = new Map<Stream, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(listener: OutputListener) {
    this.#listener = listener;
  }

  read(stream: NodeJS.ReadableStream, from: Stream): void {
    const screen: OutputScreen = new OutputScreen((line) => {
      for (const other of this.#screens.values()) if (other !== screen) other.settle();
      this.#listener.onLine(line, from);
    });
    this.#screens.set(from, screen);
    const decoder = new StringDecoder('utf8');
    stream.on('data', (chunk: Buffer) => {
      screen.write(decoder.write(chunk));
      this.#timer ??= setTimeout(() => this.#tell(), openEveryMs);
    });
  }

  /** The streams are closed. */
  end(): void {
    // Told once more: the last words of a program may be a question that nobody could answer.
    this.#tell();
    for (const screen of this.#screens.values()) screen.end();
    this.#tell();
    clearTimeout(this.#timer);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [from, screen] of this.#screens) {
      const { open } = screen;
      const text = open.join('\n');
      if (text === (this.#shown.get(from) ?? '')) continue;
      this.#shown.set(from, text);
      this.#listener.onOpen?.(open, from);
    }
  }
}
