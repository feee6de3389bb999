import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { workspace } from 'vscode';
import { nodeProgram } from '../node.ts';
import { pythonVariables } from '../projects/pythonChoice.ts';
import { EngineGone } from './engineError.ts';

export const untrustedMessage =
  'This folder is not trusted, so Loopwright only checks its files. Trust the folder to run stages and see runs.';

/**
 * Starts `loopwright service` for a project, or for a folder that has none. Throws EngineGone in an untrusted workspace
 * or when the engine is not there.
 */
export function startEngine(
  cli: string,
  root: string,
  kind: 'project' | 'folder' = 'project',
): ChildProcessWithoutNullStreams {
  if (!workspace.isTrusted) throw new EngineGone(untrustedMessage);
  if (!existsSync(cli))
    throw new EngineGone('This build of the extension does not include the engine. Reinstall Loopwright.');
  const node = nodeProgram();
  return spawn(node.path, [cli, 'service', `--${kind}`, root], {
    cwd: root,
    env: { ...process.env, ...node.env, ...pythonVariables(root) },
    windowsHide: true,
    stdio: 'pipe',
  });
}
