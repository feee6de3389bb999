import '../ui/elements.ts';
import 'uplot/dist/uPlot.min.css';
import '../ui/base.css';
import '../ui/gates.css';
import './runHistory.css';
import './panels/panels.css';
import './curves/curves.css';
import { startView } from '../ui/frame/frame.ts';
import type { RunHistoryConnection } from './model.ts';
import { RunHistory } from './runHistory.ts';

startView((connection: RunHistoryConnection) => new RunHistory(connection));
