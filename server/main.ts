import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startServer } from './server.ts';

// Standard output belongs to the protocol when it runs over stdio.
console.log = console.error;
startServer(createConnection(ProposedFeatures.all));
