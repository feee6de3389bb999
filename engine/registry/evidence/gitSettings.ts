import { spawnSync } from 'node:child_process';

const pattern = String.raw`^(gpg\.format|gpg\.ssh\.program|gpg\.ssh\.allowedsignersfile|user\.signingkey)$`;

/**
 * The settings of git about signatures, by their names in lower case; empty without git. A program that only the
 * repository names is left out: whoever gave it to the user would choose what runs.
 */
export function gitSettings(root: string): Record<string, string | undefined> {
  const { status, stdout } = spawnSync('git', ['config', '--null', '--show-scope', '--get-regexp', pattern], {
    cwd: root,
    encoding: 'utf8',
    timeout: 10_000,
    windowsHide: true,
  });
  if (status !== 0) return {};
  const parts = stdout.split('\0');
  const found: Record<string, string | undefined> = {};
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const scope = parts[i] ?? '';
    const [name = '', ...value] = (parts[i + 1] ?? '').split('\n');
    const isTrusted = scope === 'system' || scope === 'global' || scope === 'command';
    if (name !== 'gpg.ssh.program' || isTrusted) found[name] = value.join('\n');
  }
  return found;
}
