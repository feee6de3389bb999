import { CodeActionKind, DidChangeWatchedFilesNotification, TextDocumentSyncKind, type Connection, type InitializeResult, type WorkspaceFolder } from 'vscode-languageserver';
import { TextDocuments } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { messageOf } from '../engine/errors.ts';
import type { LanguageRequests } from '../protocol/languageServer.ts';
import { incomingCalls, outgoingCalls, prepareCallHierarchy } from './features/callHierarchy.ts';
import { provideCodeActions } from './features/codeActions.ts';
import { provideCompletion } from './features/completion.ts';
import { provideDefinition } from './features/definition.ts';
import { Diagnostics } from './features/diagnostics.ts';
import { provideDocumentLinks } from './features/documentLinks.ts';
import { provideDocumentSymbols } from './features/documentSymbols.ts';
import { provideFolding } from './features/folding.ts';
import { provideFormatting, provideRangeFormatting } from './features/formatting.ts';
import { provideHover } from './features/hover.ts';
import { provideInlayHints } from './features/inlayHints.ts';
import { provideIndentation } from './features/onType.ts';
import { provideOutline } from './features/outline.ts';
import { provideRefactorings, refactorKinds } from './features/refactor.ts';
import { prepareRename, provideReferences, provideRename } from './features/references.ts';
import { provideSelectionRanges } from './features/selectionRanges.ts';
import { provideSemanticTokens, provideSemanticTokensDelta, semanticTokensLegend } from './features/semanticTokens.ts';
import { provideWorkspaceSymbols } from './features/workspaceSymbols.ts';
import { Workspace } from './workspace.ts';

/** Wires the features to a connection. Each request answers from the text as it is now; a fault in one answers empty and is logged. */
export function startServer(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const workspace = new Workspace(documents);
  const diagnostics = new Diagnostics(workspace, (params) => void connection.sendDiagnostics(params));
  let watches = false;
  let folders: readonly WorkspaceFolder[] = [];

  connection.onInitialize(({ capabilities, workspaceFolders }): InitializeResult => {
    folders = workspaceFolders ?? [];
    watches = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    return {
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        completionProvider: { triggerCharacters: [':', ' ', '.', '{', '[', ',', '-', '/'] },
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        renameProvider: { prepareProvider: true },
        documentSymbolProvider: true,
        documentLinkProvider: {},
        foldingRangeProvider: true,
        selectionRangeProvider: true,
        workspaceSymbolProvider: true,
        inlayHintProvider: true,
        callHierarchyProvider: true,
        documentFormattingProvider: true,
        documentRangeFormattingProvider: true,
        documentOnTypeFormattingProvider: { firstTriggerCharacter: '\n' },
        semanticTokensProvider: { legend: semanticTokensLegend, full: { delta: true }, range: true },
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, ...refactorKinds] },
      },
      serverInfo: { name: 'loopwright' },
    };
  });
  connection.onInitialized(() => {
    if (watches) void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: '**/{loopwright.yaml,*.experiment.yaml,*.dataset.yaml,*.sql}' }] });
  });

  documents.onDidOpen(({ document }) => diagnostics.now(document.uri));
  documents.onDidChangeContent(({ document }) => diagnostics.soon(document.uri));
  documents.onDidSave(({ document }) => diagnostics.now(document.uri));
  documents.onDidClose(({ document }) => diagnostics.closed(document.uri));
  connection.onDidChangeWatchedFiles(({ changes }) => {
    workspace.forget();
    for (const { uri } of changes) diagnostics.soon(uri);
  });

  const guarded = <P, R>(name: string, empty: R, work: (params: P) => R) => (params: P): R => {
    try {
      return work(params);
    } catch (error) {
      connection.console.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
      return empty;
    }
  };
  connection.onCompletion(guarded('completion', null, ({ textDocument, position }) => provideCompletion(workspace, textDocument.uri, position)));
  connection.onHover(guarded('hover', null, ({ textDocument, position }) => provideHover(workspace, textDocument.uri, position)));
  connection.onDefinition(guarded('definition', null, ({ textDocument, position }) => provideDefinition(workspace, textDocument.uri, position)));
  connection.onReferences(guarded('references', [], ({ textDocument, position, context }) => provideReferences(workspace, textDocument.uri, position, context.includeDeclaration)));
  connection.onPrepareRename(guarded('rename', null, ({ textDocument, position }) => prepareRename(workspace, textDocument.uri, position)));
  // A refused rename tells the person why, so this one may throw.
  connection.onRenameRequest(({ textDocument, position, newName }) => provideRename(workspace, textDocument.uri, position, newName));
  connection.onDocumentSymbol(guarded('symbols', [], ({ textDocument }) => provideDocumentSymbols(workspace, textDocument.uri)));
  connection.onDocumentLinks(guarded('links', [], ({ textDocument }) => provideDocumentLinks(workspace, textDocument.uri)));
  connection.onCodeAction(guarded('actions', [], ({ textDocument, range, context }) => [...provideCodeActions(workspace, textDocument.uri, context.diagnostics), ...provideRefactorings(workspace, textDocument.uri, range, context.only)]));
  connection.onFoldingRanges(guarded('folding', [], ({ textDocument }) => provideFolding(workspace, textDocument.uri)));
  connection.onSelectionRanges(guarded('selection', [], ({ textDocument, positions }) => provideSelectionRanges(workspace, textDocument.uri, positions)));
  connection.onDocumentFormatting(guarded('formatting', [], ({ textDocument }) => provideFormatting(workspace, textDocument.uri)));
  connection.onDocumentRangeFormatting(guarded('formatting', [], ({ textDocument, range }) => provideRangeFormatting(workspace, textDocument.uri, range)));
  connection.onDocumentOnTypeFormatting(guarded('indentation', [], ({ textDocument, position }) => provideIndentation(workspace, textDocument.uri, position)));
  const roots = () => [...documents.keys(), ...folders.map(({ uri }) => `${uri}/loopwright.yaml`)].flatMap((uri) => workspace.rootOf(uri) ?? []);
  connection.onWorkspaceSymbol(guarded('workspace symbols', [], ({ query }) => provideWorkspaceSymbols(workspace, roots(), query)));
  connection.languages.callHierarchy.onPrepare(guarded('call hierarchy', [], ({ textDocument, position }) => prepareCallHierarchy(workspace, textDocument.uri, position)));
  connection.languages.callHierarchy.onIncomingCalls(guarded('call hierarchy', [], ({ item }) => incomingCalls(workspace, item)));
  connection.languages.callHierarchy.onOutgoingCalls(guarded('call hierarchy', [], ({ item }) => outgoingCalls(workspace, item)));
  connection.languages.inlayHint.on(guarded('inlay hints', [], ({ textDocument, range }) => provideInlayHints(workspace, textDocument.uri, range)));
  connection.languages.semanticTokens.on(guarded('semantic tokens', { data: [] }, ({ textDocument }) => provideSemanticTokens(workspace, textDocument.uri)));
  connection.languages.semanticTokens.onRange(guarded('semantic tokens', { data: [] }, ({ textDocument, range }) => provideSemanticTokens(workspace, textDocument.uri, range)));
  connection.languages.semanticTokens.onDelta(guarded('semantic tokens', { data: [] }, ({ textDocument, previousResultId }) => provideSemanticTokensDelta(workspace, textDocument.uri, previousResultId)));
  connection.onRequest('loopwright/outline', guarded('outline', { stages: [], deployments: [], monitors: [] }, ({ uri }: LanguageRequests['loopwright/outline']['params']) => provideOutline(workspace, uri)));

  documents.listen(connection);
  connection.listen();
}
