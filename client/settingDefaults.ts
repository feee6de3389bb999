/** Settings with their types and defaults; a test compares them with package.json. */
export interface Settings {
  'engine.node': string;
  'codeLens.enabled': boolean;
  'statusBar.enabled': boolean;
  'runs.pageSize': number;
  'trace.server': 'off' | 'messages' | 'verbose';
}

export const settingDefaults: Settings = {
  'engine.node': '',
  'codeLens.enabled': true,
  'statusBar.enabled': true,
  'runs.pageSize': 200,
  'trace.server': 'off',
};
