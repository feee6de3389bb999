import { connect, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';

// Sends POST requests for some seconds over connections that stay open, one request at a time on each, and prints what
// came. Plain sockets: an HTTP client of Node would take as long as some of the servers.

/** The load that bench/serving.ts asks this program to send. */
export interface LoadJob {
  port: number;
  path: string;
  /** A file with one JSON body a line. */
  bodies: string;
  clients: number;
  seconds: number;
}

/** Times in milliseconds. */
export interface LoadOutcome {
  perSecond: number;
  p50: number;
  p99: number;
  requests: number;
}

const job = JSON.parse(process.argv[2] ?? '') as LoadJob;
const requests = readFileSync(job.bodies, 'utf8')
  .trim()
  .split('\n')
  .map((body) =>
    Buffer.from(
      `POST ${job.path} HTTP/1.1\r\nhost: 127.0.0.1:${job.port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
const headEnd = Buffer.from('\r\n\r\n');
const warmUpMs = 500;
const begin = performance.now();
const countFrom = begin + warmUpMs;
const end = countFrom + job.seconds * 1000;
const times: number[] = [];
let sent = 0;

await Promise.all(Array.from({ length: job.clients }, () => client()));
times.sort((a, b) => a - b);
const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
const outcome: LoadOutcome = {
  perSecond: times.length / job.seconds,
  p50: at(0.5),
  p99: at(0.99),
  requests: times.length,
};
console.log(JSON.stringify(outcome));

function client(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(job.port, '127.0.0.1');
    socket.setNoDelay(true);
    let started = 0;
    let received: Buffer = Buffer.alloc(0);
    const send = () => {
      if (performance.now() >= end) return socket.end();
      started = performance.now();
      return socket.write(requests[sent++ % requests.length] ?? '');
    };
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const length = answerLength(received);
      if (length === null || received.length < length) return;
      refuseFailure(socket, received);
      received = received.subarray(length);
      const now = performance.now();
      if (now >= countFrom && now <= end) times.push(now - started);
      send();
    });
    socket.on('error', reject);
    socket.on('close', () => (performance.now() >= end ? resolve() : reject(new Error('the server hung up'))));
  });
}

/** Bytes of the answer at the beginning; null while its head is incomplete. */
function answerLength(received: Buffer): number | null {
  const head = received.indexOf(headEnd);
  if (head === -1) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.toString('latin1', 0, head))?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${received.toString('latin1', 0, head)}`);
  return head + headEnd.length + Number(length);
}

function refuseFailure(socket: Socket, answer: Buffer): void {
  if (answer.toString('latin1', 9, 12) === '200') return;
  socket.destroy();
  throw new Error(answer.toString('utf8', 0, 2000));
}
