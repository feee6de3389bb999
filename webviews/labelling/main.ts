import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../ui/base.css';
import './labelling.css';
import { startView } from '../ui/frame/frame.ts';
import type { LabellingConnection } from './model.ts';
import { Labelling } from './labelling.ts';

startView((connection: LabellingConnection) => new Labelling(connection));
