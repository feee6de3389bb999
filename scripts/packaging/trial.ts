import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

// Uses an unpacked package as its users do: a first project by the command line, and a finding of the language server.
// `node trial.ts EXTENSION PLACE LAUNCHER…`: LAUNCHER is the program, with its arguments, that runs a JavaScript file.
// Prints "ok NAME" or "FAILED NAME" with the output.

const [extension = '', place = '', ...given] = process.argv.slice(2);
const [program = process.execPath, ...launch] = given;
const project = join(place, 'my dâta');

function tell(isOk: boolean, name: string, detail = ''): void {
  console.log(isOk ? `ok ${name}` : `FAILED ${name}\n${detail.slice(-3000)}`);
  if (!isOk) process.exitCode = 1;
}

function loopwright(...args: string[]): { isOk: boolean; printed: string } {
  const cli = join(extension, 'dist', 'cli.cjs');
  const { status, stdout, stderr, error } = spawnSync(program, [...launch, cli, ...args], {
    cwd: project,
    encoding: 'utf8',
    timeout: 300_000,
  });
  return { isOk: status === 0, printed: `${stdout}${stderr}${error?.message ?? ''}` };
}

function firstProject(): void {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  const rows = Array.from({ length: 200 }, (_, i) => `${i},${(i * 7) % 101},${(i * 7) % 101 > 50 ? 1 : 0}`);
  writeFileSync(join(project, 'orders.csv'), `id,amount,label\n${rows.join('\n')}\n`);
  const steps: [string, string[], RegExp][] = [
    ['init writes a project', ['init', '--yes'], /loopwright\.yaml/],
    ['its first project runs', ['run'], /v1|version 1/],
    ['runs are kept in the store', ['runs'], /finished|validate/],
    ['what was made is fresh', ['status'], /fresh/],
    ['data is profiled', ['data', 'profile', 'orders.csv'], /amount/],
  ];
  for (const [name, args, expected] of steps) {
    const { isOk, printed } = loopwright(...args);
    tell(isOk && expected.test(printed), name, printed);
    if (!isOk) return;
  }
}

/** The finding for a stage that nobody declared. */
async function languageServer(): Promise<void> {
  const path = join(project, 'loopwright.yaml');
  const text = `${readFileSync(path, 'utf8')}\n  broken: { uses: no-such-thing }\n`;
  const server = spawn(program, [...launch, join(extension, 'dist', 'server.cjs'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const uri = pathToFileURL(path).href;
  const found = new Promise<string[]>((resolve) => {
    connection.onNotification(
      'textDocument/publishDiagnostics',
      (params: { uri: string; diagnostics: { message: string }[] }) => {
        const messages = params.diagnostics.map(({ message }) => message);
        if (messages.some((message) => message.includes('no-such-thing'))) resolve(messages);
      },
    );
    setTimeout(() => resolve([]), 120_000).unref();
  });
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: [{ uri: pathToFileURL(project).href, name: 'trial' }],
    initializationOptions: { checks: { data: true, severity: {} }, exclude: [] },
    capabilities: {},
  });
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'loopwright-project', version: 1, text },
  });
  const messages = await found;
  tell(messages.length > 0, 'the language server finds a mistake', 'nothing was found within two minutes');
  const ended = once(server, 'exit');
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  await ended;
}

firstProject();
if (process.exitCode === undefined) await languageServer();
process.exit();
