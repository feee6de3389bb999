import '../ui/elements.ts';
import 'uplot/dist/uPlot.min.css';
import '../ui/base.css';
import '../ui/gates.css';
import './runHistory.css';
import './panels/panels.css';
import './curves/curves.css';
import { Connection } from '../ui/connection.ts';
import { RunHistory } from './runHistory.ts';
import type { PersistedState } from './model.ts';

export const history = new RunHistory(
  (history) =>
    new Connection<'runHistory', PersistedState>({
      open: (opened) => history.opened(opened),
      changed: () => history.changed(),
    }),
);
