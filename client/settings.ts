import { workspace } from 'vscode';

/** Settings with their types; each is read when it is used, so a change takes effect at once. */
interface Settings {
  'engine.node': string;
  'codeLens.enabled': boolean;
  'statusBar.enabled': boolean;
  'runs.pageSize': number;
  'trace.server': 'off' | 'messages' | 'verbose';
}

const defaults: Settings = {
  'engine.node': '',
  'codeLens.enabled': true,
  'statusBar.enabled': true,
  'runs.pageSize': 200,
  'trace.server': 'off',
};

export type SettingName = keyof Settings;
export const settingNames = Object.keys(defaults) as SettingName[];

export function setting<S extends SettingName>(name: S): Settings[S] {
  return workspace.getConfiguration('loopwright').get<Settings[S]>(name, defaults[name]);
}
