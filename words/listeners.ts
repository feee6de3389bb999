import { count } from './numbers.ts';
import { bytes } from './sizes.ts';
import { timeText } from './times.ts';

/** The parts of a listener that its words need; `protocol/listenerStatus.ts` says what they are. */
interface ListenerWords {
  state: 'listening' | 'stopped' | 'died';
  pid: number | null;
  address: string | null;
  taken: number | null;
  lastAt: number | null;
  waitingBytes: number;
}

/** A listener in one line: `listening at http://127.0.0.1:8090 · 1,204 taken · last today 12:03 · 3 MB wait`. */
export function listenerText({ state, pid, address, taken, lastAt, waitingBytes }: ListenerWords): string {
  const first =
    state === 'listening'
      ? `listening${address === null ? '' : ` at ${address}`}`
      : state === 'died'
        ? `the listener${pid === null ? '' : ` (process ${pid})`} has died; start it again with \`loopwright collect --listen\``
        : 'not listening';
  return [
    first,
    ...(taken === null ? [] : [`${count(taken)} taken`]),
    ...(lastAt === null ? [] : [`last ${timeText(lastAt)}`]),
    ...(waitingBytes > 0 ? [`${bytes(waitingBytes)} wait to be collected`] : []),
  ].join(' · ');
}
