import { connect, type Socket } from 'node:net';

// Sends events over kept connections, the next request after the answer of the last, and prints what came of it.
// Arguments: port, connections, events a request, seconds.
const [port = 0, connections = 1, perRequest = 1, seconds = 1] = process.argv.slice(2).map(Number);
const head = Buffer.from('HTTP/1.1 ');
let events = 0;
let failed = 0;
let next = 0;
const waits: number[] = [];
const end = performance.now() + seconds * 1000;

function body(): string {
  const list = Array.from({ length: perRequest }, () => ({
    id: `e${process.pid}-${next++}`,
    at: '2026-03-01T12:00:00Z',
    page: '/products/17?from=search',
    amount: next % 1000,
  }));
  return JSON.stringify(perRequest === 1 ? list[0] : list);
}

function send(socket: Socket): number {
  const text = body();
  socket.write(
    `POST /events HTTP/1.1\r\nhost: localhost:${port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  return performance.now();
}

await Promise.all(
  Array.from(
    { length: connections },
    () =>
      new Promise<void>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        socket.setNoDelay(true);
        let since = 0;
        socket.on('connect', () => {
          since = send(socket);
        });
        socket.on('error', reject);
        // An answer is small: it comes in one piece.
        socket.on('data', (data) => {
          if (!data.subarray(0, head.length).equals(head)) return;
          if (data.subarray(9, 12).toString() === '200') events += perRequest;
          else failed++;
          const now = performance.now();
          waits.push(now - since);
          if (now < end) since = send(socket);
          else {
            socket.end();
            resolve();
          }
        });
      }),
  ),
);
waits.sort((a, b) => a - b);
const at = (share: number) => waits[Math.floor(waits.length * share)] ?? 0;
console.log(JSON.stringify({ perSecond: events / seconds, failed, p50: at(0.5), p99: at(0.99) }));
