import type { Severities } from '../protocol/problem.ts';

/** Settings with their types and defaults; a test compares them with package.json. */
export interface Settings {
  'engine.node': string;
  python: string;
  'checks.data': boolean;
  'checks.severity': Severities;
  'codeLens.enabled': boolean;
  'statusBar.enabled': boolean;
  'labelling.labeller': string;
  'tracking.terminals': boolean;
  'trace.server': 'off' | 'messages' | 'verbose';
}

export const settingDefaults: Settings = {
  'engine.node': '',
  python: '',
  'checks.data': true,
  'checks.severity': {},
  'codeLens.enabled': true,
  'statusBar.enabled': true,
  'labelling.labeller': '',
  'tracking.terminals': true,
  'trace.server': 'off',
};
