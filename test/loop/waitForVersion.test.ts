import assert from 'node:assert/strict';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { runLoop } from '../../engine/loop/runLoop.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { aliasVersion } from '../../engine/registry/modelVersions.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import { replayProject } from '../helpers/replayProject.ts';
import { runIn } from '../helpers/runIn.ts';

/** How often the deployment says that it still serves the version before. */
const slow = 8;

test('a replay sends the rows that are due to the promoted version, however long a deployment takes to load it', async () => {
  const live = runIn(replayProject());
  const project = loadProject(live.root);
  const champion = () => aliasVersion(live.store, 'orders', 'champion');
  let first: number | null = null;
  let stale = 0;
  /** Rows of each request while the deployment was about to take over. */
  const meanwhile: number[] = [];
  const outcome = await runLoop({
    project,
    store: live.store,
    replay: { path: 'replay/*.csv', sql: null, from: null, to: null },
    // The real deployment, behind a door that tells of the promoted version late.
    serve: async (deployment) => {
      const real = await serveDeployment({
        project,
        store: live.store,
        config: configFor(project, 'default'),
        deployment,
        port: 0,
        recordDeployment: false,
      });
      first = champion();
      const waiting = () => champion() !== first && stale < slow;
      const door = async (req: IncomingMessage, res: ServerResponse) => {
        const body = await text(req);
        if (req.url === '/health' && waiting())
          return void res
            .setHeader('content-type', 'application/json')
            .end(JSON.stringify({ model_version: (stale++, first) }));
        if (req.url === '/predict' && waiting())
          meanwhile.push((JSON.parse(body) as { instances: unknown[] }).instances.length);
        return void ask(
          new URL(req.url ?? '/', real.url),
          { method: req.method ?? 'GET', headers: { 'content-type': 'application/json' } },
          (answer) => {
            res.writeHead(answer.statusCode ?? 500, answer.headers);
            answer.pipe(res);
          },
        ).end(body);
      };
      const server = createServer((req, res) => void door(req, res));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: async () => {
          server.closeAllConnections();
          server.close();
          await real.close();
        },
      };
    },
  });
  assert.ok(outcome.retrainings.some(({ status }) => status === 'promoted'));
  assert.equal(stale, slow, 'it was asked until it served the promoted version');
  assert.ok(
    meanwhile.every((rows) => rows <= 10),
    `a few rows at a time meanwhile: ${meanwhile}`,
  );
  assert.equal(outcome.rows, 1400, 'and none is sent twice or left out');
  assert.equal(live.store.sql.get<{ n: number }>('SELECT count(DISTINCT key) AS n FROM predictions')?.n, 1400);
});
