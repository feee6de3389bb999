import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { clientProcess, clientProcessLater, pidInLsof, pidInNetstat } from '../../engine/mlflow/clientProcess.ts';

const lsof = spawnSync('lsof', ['-v']).error === undefined;

test(
  'the process at the other end is found by the kernel and by lsof alike',
  { skip: lsof ? false : 'there is no lsof', timeout: 60_000 },
  async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const program = spawn(
      process.execPath,
      ['-e', `require('net').connect(${(server.address() as AddressInfo).port}, '127.0.0.1')`],
      { stdio: 'ignore' },
    );
    after(() => program.kill('SIGKILL'));
    const [socket] = (await once(server, 'connection')) as [Socket];
    const later = await clientProcessLater(socket, 'darwin');
    assert.equal(later?.pid, program.pid);
    if (process.platform === 'linux') assert.deepEqual(clientProcess(socket), later);
    program.kill('SIGKILL');
    await once(program, 'exit');
    socket.destroy();
    server.close();
  },
);

test('lsof and netstat are read as they write', () => {
  const said =
    'p381\nf12\nn127.0.0.1:5000->127.0.0.1:6000\np77\nf9\nn127.0.0.1:6000->127.0.0.1:5000\nn127.0.0.1:60001->127.0.0.1:5000\n';
  assert.deepEqual(
    [pidInLsof(said, 6000, 5000), pidInLsof(said, 5000, 6000), pidInLsof(said, 600, 5000), pidInLsof('', 1, 2)],
    [77, 381, null, null],
  );
  const windows =
    '\r\nAktive Verbindungen\r\n\r\n  Proto  Lokale Adresse         Remoteadresse          Status           PID\r\n  TCP    127.0.0.1:5000         127.0.0.1:6000         HERGESTELLT      381\r\n  TCP    127.0.0.1:6000         127.0.0.1:5000         HERGESTELLT      77\r\n  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN          900\r\n';
  assert.deepEqual(
    [pidInNetstat(windows, 6000, 5000), pidInNetstat(windows, 5000, 6000), pidInNetstat(windows, 1, 2)],
    [77, 381, null],
  );
});
