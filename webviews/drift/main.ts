import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../ui/base.css';
import './drift.css';
import { Connection } from '../ui/connection.ts';
import { Drift } from './drift.ts';
import type { PersistedState } from './model.ts';

export const drift = new Drift(
  (view) =>
    new Connection<'drift', PersistedState>({ open: (opened) => view.opened(opened), changed: () => view.changed() }),
);
