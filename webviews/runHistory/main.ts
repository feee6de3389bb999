import '../ui/elements.ts';
import 'uplot/dist/uPlot.min.css';
import '../ui/base.css';
import '../ui/gates.css';
import './toolbar/toolbar.css';
import './toolbar/popups.css';
import './table/table.css';
import './table/cells.css';
import './runHistory.css';
import './detail/detail.css';
import './compare/compare.css';
import './compare/axisHandles.css';
import './compare/importance.css';
import './curves/curves.css';
import { startView } from '../ui/frame/frame.ts';
import type { RunHistoryConnection } from './model.ts';
import { RunHistory } from './runHistory.ts';

startView((connection: RunHistoryConnection) => new RunHistory(connection));
