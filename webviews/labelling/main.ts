import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../ui/base.css';
import './labelling.css';
import { Connection } from '../ui/connection.ts';
import { Labelling } from './labelling.ts';
import type { PersistedState } from './model.ts';

export const labelling = new Labelling(
  (view) =>
    new Connection<'labelling', PersistedState>({
      open: (opened) => view.opened(opened),
      changed: () => view.changed(),
    }),
);
