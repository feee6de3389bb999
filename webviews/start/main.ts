import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../ui/base.css';
import './start.css';
import { startView } from '../ui/frame/frame.ts';
import type { StartConnection } from './model.ts';
import { Start } from './start.ts';

startView((connection: StartConnection) => new Start(connection));
