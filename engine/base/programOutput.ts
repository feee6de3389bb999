import { StringDecoder } from 'node:string_decoder';
import { OutputScreen } from './outputScreen.ts';

export type Stream = 'stdout' | 'stderr';

export interface OutputListener {
  /** Receives a final line, without its line end. */
  onLine: (line: string, from: Stream) => void;
  /** Receives the rows that can still change, after one of them changed; at most ten times a second. */
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
      this.#timer ??= setTimeout(() => this.#reportOpen(), openEveryMs);
    });
  }

  /** Ends the output when both streams are closed. */
  end(): void {
    // Reported once more: the last line of a program can be a prompt that nobody could answer.
    this.#reportOpen();
    for (const screen of this.#screens.values()) screen.end();
    this.#reportOpen();
    clearTimeout(this.#timer);
  }

  #reportOpen(): void {
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
