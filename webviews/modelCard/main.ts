import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../ui/base.css';
import '../ui/gates.css';
import './modelCard.css';
import { Connection } from '../ui/connection.ts';
import { Card } from './card.ts';
import type { PersistedState } from './model.ts';

export const card = new Card(
  (view) =>
    new Connection<'modelCard', PersistedState>({
      open: (opened) => view.opened(opened),
      changed: () => view.changed(),
    }),
);
