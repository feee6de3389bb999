import { workspace } from 'vscode';
import { settingDefaults } from './settingDefaults.ts';
import type { Settings } from './settingDefaults.ts';

/** Read when it is used, so that a change takes effect at once. */
export function setting<S extends keyof Settings>(name: S): Settings[S] {
  return workspace.getConfiguration('loopwright').get<Settings[S]>(name, settingDefaults[name]);
}
