import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../ui/base.css';
import './start.css';
import { Connection } from '../ui/connection.ts';
import type { PersistedState } from './model.ts';
import { Start } from './start.ts';

export const start = new Start(
  (view) =>
    new Connection<'start', PersistedState>({ open: (opened) => view.opened(opened), changed: () => view.changed() }),
);
