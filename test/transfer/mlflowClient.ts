import { once } from 'node:events';
import { join } from 'node:path';
import { interopVenv } from '../helpers/interopVenv.ts';
import { startCli } from '../helpers/runCli.ts';

/** The environment of test/interop, whose mlflow-skinny writes and reads file stores. */
export const python = interopVenv;
const script = join(import.meta.dirname, 'mlflowSide.py');

export interface Description {
  experiments: { name: string; stage: string; tags: Record<string, string>; created: number | null }[];
  runs: {
    id: string;
    experiment: string;
    name: string;
    status: string;
    start: number;
    end: number | null;
    stage: string;
    user: string;
    params: Record<string, string>;
    tags: Record<string, string>;
    latest: Record<string, number | string>;
    metrics: Record<string, [number, number, string][]>;
    datasets: unknown[];
    inputs: string[];
    outputs: [string, number][];
    artifacts: Record<string, number>;
  }[];
  models: Record<string, unknown>[];
  registered: Record<string, unknown>[];
}

/** Writes into a store through MLflow's own client. */
export function mlflowWrites(what: 'make' | 'grow', uri: string): Record<string, string> {
  return JSON.parse(python.run(script, JSON.stringify({ do: what, uri }))) as Record<string, string>;
}

/** All that MLflow's own client says of a store. */
export function mlflowSays(uri: string, token = ''): Description {
  return JSON.parse(python.run(script, JSON.stringify({ do: 'describe', uri, token }))) as Description;
}

/** The same of the store of a project, over its own endpoint. */
export async function mlflowSaysOfProject(root: string): Promise<Description> {
  return withEndpoint(root, (uri, token) => mlflowSays(uri, token));
}

/** Serves the store of a project as long as the work goes. */
export async function withEndpoint<T>(root: string, work: (uri: string, token: string) => T | Promise<T>): Promise<T> {
  const server = startCli(['track', '--json'], { cwd: root });
  try {
    while (!server.out().includes('\n') && server.child.exitCode === null)
      await Promise.race([once(server.child.stdout ?? server.child, 'data'), server.ended]);
    const { uri, token } = JSON.parse(server.out()) as { uri: string; token: string };
    return await work(uri, token);
  } finally {
    server.child.kill('SIGTERM');
    await server.ended;
  }
}

export const projectFile = { 'loopwright.yaml': 'version: 1\nproject: transfer\nstages:\n  a:\n    cmd: "true"\n' };
