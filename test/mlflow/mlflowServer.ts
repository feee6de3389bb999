import { join } from 'node:path';
import { startModelServer, type StartedServer } from '../models/remote/startModelServer.ts';
import { mlflowVenv } from './mlflowVenv.ts';

/** Starts a real MLflow tracking server that keeps what it is told in a folder. */
export function startMlflowServer(folder: string): Promise<StartedServer> {
  return startModelServer(
    mlflowVenv.python,
    (port) => [
      ...'-m mlflow server --host 127.0.0.1 --workers 1 --port'.split(' '),
      String(port),
      '--backend-store-uri',
      `sqlite:///${join(folder, 'mlflow.db')}`,
      '--artifacts-destination',
      join(folder, 'artifacts'),
    ],
    // Its workers for jobs in the background take a minute of CPU to start, and nothing here is a job.
    { cwd: folder, path: '/health', env: () => ({ MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' }) },
  );
}
