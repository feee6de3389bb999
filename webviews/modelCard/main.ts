import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../ui/base.css';
import '../ui/gates.css';
import './modelCard.css';
import { startView } from '../ui/frame/frame.ts';
import type { CardConnection } from './model.ts';
import { Card } from './card.ts';

startView((connection: CardConnection) => new Card(connection));
