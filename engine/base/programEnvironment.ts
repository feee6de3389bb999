export type Variables = Record<string, string | undefined>;

/** Variables that an editor or an Electron program sets for its own processes. */
const ofEditors =
  /^(ELECTRON_|VSCODE_|CHROME_DESKTOP$|ORIGINAL_XDG_CURRENT_DESKTOP$|APPLICATION_INSIGHTS_NO_|SHELL_ENV_)/i;
/** Password prompts of an editor's git extension. They fail without the variables above. */
const askers = ['GIT_ASKPASS', 'SSH_ASKPASS'];

/**
 * Returns the environment for a program of the user, or for an installed one such as git: the environment of this
 * process without the variables that an editor sets for itself. With ELECTRON_RUN_AS_NODE, every Electron program that
 * a stage starts would run as Node. `own` is applied last, so a stage can set any variable.
 */
export function programEnvironment(own: Variables = {}, inherited: Variables = process.env): Variables {
  const env: Variables = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value === undefined || ofEditors.test(name)) continue;
    if (askers.includes(name) && isOfEditor(value, inherited)) continue;
    if (name === 'NODE_OPTIONS') {
      const options = withoutDebugger(value);
      if (options !== '') env[name] = options;
      continue;
    }
    env[name] = value;
  }
  return { ...env, ...own };
}

function isOfEditor(value: string, inherited: Variables): boolean {
  return inherited['VSCODE_GIT_ASKPASS_MAIN'] !== undefined && /extensions[\\/]git[\\/]/.test(value);
}

/** Removes from NODE_OPTIONS the debugger that an editor attaches to every Node program in its terminals. */
function withoutDebugger(options: string): string {
  return options
    .replaceAll(
      /(?:^|\s)(?:--require|-r|--import)[\s=]+(?:"[^"]*js-debug[^"]*"|'[^']*js-debug[^']*'|(?:\\ |[^\s"'])*js-debug(?:\\ |\S)*)/g,
      ' ',
    )
    .replaceAll(/(?:^|\s)--inspect-publish-uid=\S+/g, ' ')
    .trim();
}
