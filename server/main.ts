import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startServer } from './server.ts';

// Standard output belongs to the protocol when it runs over stdio.
console.log = console.error;
startServer(createConnection(ProposedFeatures.all));
// An answer that nobody waited for may fail: that is told, and the files stay checked.
process.on('unhandledRejection', (error) => console.error(error));
