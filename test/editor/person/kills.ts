import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricSeries } from '../../../engine/tracking/metricSeries.ts';
import { openStore } from '../../../engine/tracking/openStore.ts';
import { below } from './processes.ts';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';

/** How often the editor is killed; LOOPWRIGHT_KILLS=50 for a thorough look. */
const rounds = Number(process.env['LOOPWRIGHT_KILLS'] ?? 3);
const batchSize = 50;

/**
 * The editor is killed again and again while a program logs into it: no metric that was acknowledged is lost, and the
 * program goes on.
 */
export const kills: PersonSession = {
  prepare: (folder, root) => {
    const project = join(folder, 'visits');
    cpSync(join(root, 'test/fixtures/project'), project, { recursive: true });
    return project;
  },
  trust: true,
  tests: [
    {
      name: `${rounds} kills of the editor lose nothing that was acknowledged, and the program goes on at the same address`,
      async run({ workbench, server, project, folder }) {
        await workbench.showExplorer();
        const file = join(folder, 'endpoint.txt');
        const { uri, token } = await until(
          'a terminal that knows the endpoint',
          async () => {
            await workbench.command('Terminal: Create New Terminal');
            await workbench.page.locator('.terminal-wrapper.active .xterm-helper-textarea').waitFor();
            await workbench.page.keyboard.type(
              `printf '%s %s' "$MLFLOW_TRACKING_URI" "$MLFLOW_TRACKING_TOKEN" > '${file}'\n`,
            );
            await until('the file', () => existsSync(file) && readFileSync(file, 'utf8') !== '', 5000);
            const [uri = '', token = ''] = readFileSync(file, 'utf8').split(' ');
            return uri.startsWith('http') && { uri, token };
          },
          60_000,
        );
        const call = async (path: string, body: object): Promise<Response> =>
          fetch(`${uri}/api/2.0/mlflow/${path}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}` },
            body: JSON.stringify(body),
          });
        const { run } = (await (await call('runs/create', { experiment_id: '0', run_name: 'goes-on' })).json()) as {
          run: { info: { run_id: string } };
        };
        const told = new Set<number>();
        let on = true;
        const writer = (async () => {
          for (let batch = 0; on; batch++) {
            const metrics = Array.from({ length: batchSize }, (_, i) => ({
              key: 'm',
              value: i,
              timestamp: batch,
              step: batch * batchSize + i,
            }));
            const ok = await call('runs/log-batch', { run_id: run.info.run_id, metrics }).then(
              (answer) => answer.ok,
              () => false,
            );
            if (ok) told.add(batch);
            else await new Promise((resolve) => setTimeout(resolve, 50));
          }
        })();
        for (let round = 0; round < rounds; round++) {
          const before = told.size;
          await until('the program logs', () => told.size >= before + 5, 60_000);
          const [host] = below(server.pid, '--type=extensionHost');
          assert.ok(host !== undefined, 'no extension host runs');
          process.kill(host, 'SIGKILL');
          await until('its end', () => !below(server.pid, '--type=extensionHost').includes(host));
          // As a person would, who sees that the editor is dead.
          await workbench.page.reload();
          await workbench.ready();
        }
        const before = told.size;
        await until('the program goes on', () => told.size >= before + 5, 60_000);
        on = false;
        await writer;
        const store = openStore(project);
        const [series] = metricSeries(store, [run.info.run_id], 'm');
        const check = store.sql.get<{ integrity_check: string }>('PRAGMA integrity_check')?.integrity_check;
        store.sql.close();
        assert.equal(check, 'ok');
        const bytes = Buffer.from(series?.steps ?? '', 'base64');
        const steps = new Set(
          Array.from({ length: series?.count ?? 0 }, (_, i) =>
            series?.steps === null ? i : bytes.readDoubleLE(i * 8),
          ),
        );
        for (const batch of told)
          for (let i = 0; i < batchSize; i++)
            assert.ok(steps.has(batch * batchSize + i), `point ${i} of batch ${batch}`);
        assert.ok(told.size >= 5 * (rounds + 1), `${told.size} batches`);
      },
    },
  ],
};
