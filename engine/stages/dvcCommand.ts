import { basename } from 'node:path';
import type { ParamValue } from '../../protocol/runs.ts';
import { toValue } from '../project/located.ts';
import { paramName } from '../project/dvc/dvcStage.ts';
import { flatten } from '../project/dvc/template.ts';
import { ParamFiles } from '../project/dvc/variables.ts';
import { parseYaml } from '../project/parseYaml.ts';
import { keepParam } from '../tracking/metricsFile.ts';
import type { StageContext } from './stageContext.ts';

const options: Record<string, string[]> = { bash: ['--noprofile', '--norc'], zsh: ['--no-rcs'] };

/**
 * The program and arguments that run a command as DVC does: by the shell of the user, which reads no configuration.
 * Other shells than bash and zsh do not read every command of a dvc.yaml alike, so `sh` runs it there.
 */
export function dvcShell(
  cmd: string,
  shell = process.env['SHELL'] ?? '',
  platform = process.platform,
): string | [program: string, ...args: string[]] {
  const own = options[basename(shell)];
  if (platform === 'win32') return cmd;
  // There the last of several lines decides, unlike in a stage of loopwright.yaml.
  return own ? [shell, ...own, '-c', cmd] : ['/bin/sh', '-c', cmd];
}

/** Variables by which programs such as DVCLive see that a stage of DVC runs them. */
export function dvcVariables({ project, node }: StageContext): Record<string, string> {
  const lock = project.dvc?.locks.get(node.name);
  return lock ? { DVC_ROOT: project.root, DVC_STAGE: node.name } : {};
}

/**
 * Records what a dvc.yaml lists beside its stages: values of the files under `params` as params of the run, and
 * `artifacts` as tags.
 */
export function recordTopLevel({ project, store, run, log }: StageContext): void {
  const { dvc } = project;
  if (!dvc) return;
  const reader = new ParamFiles(project.files, parseYaml);
  for (const path of dvc.params) {
    for (const { key, value } of reader.entries(path) ?? [])
      for (const [name, leaf] of flatten(toValue(value), paramName(path, key)))
        keepParam(store, run.number, name, leaf as ParamValue);
  }
  for (const { message } of reader.unread) log(`warning: ${message}`);
  for (const { name, path, type } of dvc.artifacts)
    run.tag(`dvc.artifact.${name}`, type === null ? path : `${path} (${type})`);
}
