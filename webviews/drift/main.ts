import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../ui/base.css';
import './drift.css';
import { startView } from '../ui/frame/frame.ts';
import type { DriftConnection } from './model.ts';
import { Drift } from './drift.ts';

startView((connection: DriftConnection) => new Drift(connection));
