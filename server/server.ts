import {
  CodeActionKind,
  MessageType,
  ShowMessageNotification,
  TextDocumentSyncKind,
  type Connection,
  type InitializeResult,
} from 'vscode-languageserver';
import { TextDocuments } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { messageOf } from '../engine/base/errors.ts';
import type { Project } from '../engine/project/loadProject.ts';
import type { ClientRequests, LanguageRequests } from '../protocol/languageServer.ts';
import { cardFileName } from '../protocol/projectFiles.ts';
import { checkSettings, excludedGlobs, isTrusted } from './checkSettings.ts';
import { docsOf } from './docs.ts';
import { FactsClient } from './facts/factsClient.ts';
import { provideSchemaKey, provideSection } from './features/addSection.ts';
import { incomingCalls, outgoingCalls, prepareCallHierarchy } from './features/callHierarchy.ts';
import { fixAllKind, provideCodeActions } from './features/codeActions.ts';
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
import { provideCardCompletion } from './features/modelCard/cardCompletion.ts';
import { cardDocument } from './features/modelCard/cardDocument.ts';
import { provideCardHints, provideCardHover } from './features/modelCard/cardHints.ts';
import { provideOutline } from './features/outline.ts';
import { provideRefactorings, refactorKinds } from './features/refactor.ts';
import { provideReferences } from './features/references.ts';
import { prepareRename, provideRename } from './features/rename.ts';
import { renamedFiles } from './features/renameFiles.ts';
import { provideSelectionRanges } from './features/selectionRanges.ts';
import { provideSemanticTokens, provideSemanticTokensDelta, semanticTokensLegend } from './features/semanticTokens.ts';
import { provideWorkspaceSymbols } from './features/workspaceSymbols.ts';
import { provideSourceActions, resolveSourceAction } from './features/sourceActions.ts';
import { FileWatcher } from './fileWatcher.ts';
import { projectsIn } from './projectsIn.ts';
import { summaryOf } from './projectSummary.ts';
import { pathOf, Workspace } from './workspace.ts';
import { isVirtual } from './places.ts';

const storePauseMs = 3000;

/** The store and the lock of a project, which runs write. */
function isStore(uri: string): boolean {
  return uri.includes('/.loopwright/') || uri.endsWith('/loopwright.lock');
}

/**
 * Wires the features to a connection. Each request answers from the text as it is now; a fault in one answers empty and
 * is logged.
 */
export function startServer(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const workspace = new Workspace(documents);
  const log = (text: string) => connection.console.error(text);
  const facts = new FactsClient(
    (root) => {
      diagnostics.project(root);
      // The numbers of a version stand behind those that a card names.
      if (workspace.openIn(root).some((uri) => uri.endsWith(`/${cardFileName}`))) refreshHints();
    },
    log,
    (message) => void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message }),
  );
  const diagnostics: Diagnostics = new Diagnostics({
    workspace,
    publish: (params) => void connection.sendDiagnostics(params),
    facts: (project) => facts.of(project),
    docsOf,
    log,
    judged: () => watchSoon(),
  });
  const watcher = new FileWatcher(connection, workspace);
  const folderPaths = () => folders.flatMap((uri) => pathOf(uri) ?? []);
  /** What a judgement asked for is watched; files that changed before that are looked at again. */
  const watchSoon = () =>
    watcher.soon(folderPaths(), () => {
      workspace.forget();
      for (const root of workspace.roots()) diagnostics.project(root);
    });
  let folders: string[] = [];
  let hasFolders = false;
  let refreshesHints = false;
  const refreshHints = () => {
    if (refreshesHints) void connection.languages.inlayHint.refresh().catch(() => {});
  };
  let exclude: string[] = [];
  let trusted = true;
  const confine = () => workspace.confine(trusted ? null : folderPaths());
  let found: Promise<{ roots: string[]; isCut: boolean }> = Promise.resolve({ roots: [], isCut: false });
  const apply = (settings: unknown) => {
    const checks = checkSettings(settings);
    trusted = isTrusted(settings);
    confine();
    facts.enabled = checks.data && trusted;
    diagnostics.severities = checks.severity;
    exclude = excludedGlobs(settings);
  };

  const watch = () => void watcher.watch(folderPaths());

  connection.onInitialize(({ capabilities, initializationOptions, workspaceFolders }): InitializeResult => {
    watcher.supported = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    hasFolders = capabilities.workspace?.workspaceFolders === true;
    refreshesHints = capabilities.workspace?.inlayHint?.refreshSupport === true;
    folders = (workspaceFolders ?? []).map(({ uri }) => uri);
    apply(initializationOptions);
    return {
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        completionProvider: { triggerCharacters: [' ', '.', '{', '[', ',', '/', '"', "'", '@'] },
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
        codeActionProvider: {
          codeActionKinds: [CodeActionKind.QuickFix, fixAllKind, ...refactorKinds, CodeActionKind.RefactorRewrite],
          resolveProvider: true,
        },
        workspace: {
          workspaceFolders: { supported: true, changeNotifications: true },
          fileOperations: { willRename: { filters: [{ scheme: 'file', pattern: { glob: '**/*' } }] } },
        },
      },
      serverInfo: { name: 'loopwright' },
    };
  });
  connection.onInitialized(() => {
    watch();
    if (hasFolders)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        folders = [
          ...folders.filter((uri) => !removed.some((gone) => gone.uri === uri)),
          ...added.map(({ uri }) => uri),
        ];
        confine();
        found = judgeFolders();
      });
    found = judgeFolders();
  });
  connection.onDidChangeConfiguration(({ settings }) => {
    apply((settings as { loopwright?: unknown } | null)?.loopwright);
    for (const root of workspace.roots()) diagnostics.project(root);
  });
  connection.onShutdown(() => facts.stop());
  connection.onExit(() => facts.stop());

  /** Closed files have findings too: every project of the folders is judged once, and those that came since. */
  const judgeFolders = async () => {
    const before = (await found).roots;
    const now = await projectsIn(folders, exclude);
    for (const root of now.roots.filter((one) => !before.includes(one))) {
      // Questions that wait are answered between two projects.
      await new Promise(setImmediate);
      diagnostics.project(root);
    }
    for (const root of before)
      if (!now.roots.includes(root) && workspace.openIn(root).length === 0) diagnostics.forget(root);
    watch();
    return now;
  };
  /** Files on no disk come from the client. */
  const fetchVirtual = async (uri: string) => {
    const path = pathOf(uri);
    if (path === null || !isVirtual(path) || workspace.kindOf(uri) === null) return;
    const found = await connection
      .sendRequest<ClientRequests['loopwright/virtualFiles']['result']>('loopwright/virtualFiles', { uri })
      .catch(() => null);
    if (!found) return;
    workspace.setVirtual(found.folder, found.texts, found.names);
    diagnostics.now(uri);
  };

  documents.onDidOpen(({ document }) => {
    diagnostics.now(document.uri);
    void fetchVirtual(document.uri);
  });
  documents.onDidChangeContent(({ document }) => diagnostics.soon(document.uri));
  documents.onDidSave(({ document }) => {
    diagnostics.now(document.uri);
  });
  documents.onDidClose(({ document }) => {
    workspace.closed(document.uri);
    diagnostics.closed(document.uri);
  });
  /** A run that logs writes to its store many times a second; what hovers tell of it may be a little older. */
  const storeTimers = new Map<string, NodeJS.Timeout>();
  const storeChanged = (root: string) => {
    if (storeTimers.has(root)) return;
    storeTimers.set(
      root,
      setTimeout(() => {
        storeTimers.delete(root);
        facts.recheck(root);
        diagnostics.project(root);
      }, storePauseMs),
    );
  };
  connection.onDidChangeWatchedFiles(({ changes }) => {
    const [stores, others] = [changes.filter(({ uri }) => isStore(uri)), changes.filter(({ uri }) => !isStore(uri))];
    for (const root of new Set(stores.flatMap(({ uri }) => workspace.rootOf(uri) ?? []))) storeChanged(root);
    if (others.length === 0) return;
    workspace.forget();
    const concerned = new Set(others.flatMap(({ uri }) => watcher.concerned(uri)));
    for (const root of concerned) facts.recheck(root);
    for (const { uri } of others) diagnostics.soon(uri);
    for (const root of concerned)
      if (!others.some(({ uri }) => workspace.rootOf(uri) === root)) diagnostics.project(root);
    // How many files a path matches stands beside it.
    refreshHints();
  });

  const latest = (project: Project) => facts.latest(project);
  const guarded =
    <P, R>(name: string, empty: R, work: (params: P) => R) =>
    (params: P): R => {
      try {
        return work(params);
      } catch (error) {
        connection.console.error(
          `${name}: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`,
        );
        return empty;
      }
    };
  connection.onCompletion(
    guarded('completion', null, ({ textDocument, position, context }) => {
      const card = cardDocument(workspace, latest, textDocument.uri);
      return card
        ? provideCardCompletion(card, position)
        : provideCompletion(workspace, latest, textDocument.uri, position, context);
    }),
  );
  connection.onHover(
    guarded('hover', null, ({ textDocument, position }) => {
      const card = cardDocument(workspace, latest, textDocument.uri);
      return card ? provideCardHover(card, position) : provideHover(workspace, latest, textDocument.uri, position);
    }),
  );
  connection.onDefinition(
    guarded('definition', null, ({ textDocument, position }) =>
      provideDefinition(workspace, textDocument.uri, position),
    ),
  );
  connection.onReferences(
    guarded('references', [], ({ textDocument, position, context }) =>
      provideReferences(workspace, textDocument.uri, position, context.includeDeclaration),
    ),
  );
  connection.onPrepareRename(
    guarded('rename', null, ({ textDocument, position }) => prepareRename(workspace, textDocument.uri, position)),
  );
  // A refused rename tells the person why, so this one may throw.
  connection.onRenameRequest(({ textDocument, position, newName }) =>
    provideRename(workspace, textDocument.uri, position, newName),
  );
  connection.onDocumentSymbol(
    guarded('symbols', [], ({ textDocument }) => provideDocumentSymbols(workspace, textDocument.uri)),
  );
  connection.onDocumentLinks(
    guarded('links', [], ({ textDocument }) => provideDocumentLinks(workspace, textDocument.uri)),
  );
  connection.onCodeAction(
    guarded('actions', [], ({ textDocument, range, context }) => [
      ...provideCodeActions(workspace, diagnostics, textDocument.uri, range, context),
      ...provideRefactorings(workspace, textDocument.uri, range, context.only),
      ...provideSourceActions(workspace, latest, textDocument.uri, range, context.only),
    ]),
  );
  connection.onCodeActionResolve((action) => resolveSourceAction(workspace, action));
  connection.workspace.onWillRenameFiles(guarded('renamed files', null, ({ files }) => renamedFiles(workspace, files)));
  connection.onFoldingRanges(guarded('folding', [], ({ textDocument }) => provideFolding(workspace, textDocument.uri)));
  connection.onSelectionRanges(
    guarded('selection', [], ({ textDocument, positions }) =>
      provideSelectionRanges(workspace, textDocument.uri, positions),
    ),
  );
  connection.onDocumentFormatting(
    guarded('formatting', [], ({ textDocument }) => provideFormatting(workspace, textDocument.uri)),
  );
  connection.onDocumentRangeFormatting(
    guarded('formatting', [], ({ textDocument, range }) => provideRangeFormatting(workspace, textDocument.uri, range)),
  );
  connection.onDocumentOnTypeFormatting(
    guarded('indentation', [], ({ textDocument, position }) =>
      provideIndentation(workspace, textDocument.uri, position),
    ),
  );
  const symbols = guarded('workspace symbols', [], (query: string) =>
    provideWorkspaceSymbols(workspace, workspace.roots(), query),
  );
  // The first question may come before the folders were looked through.
  connection.onWorkspaceSymbol(({ query }) => found.then(() => symbols(query)));
  connection.languages.callHierarchy.onPrepare(
    guarded('call hierarchy', [], ({ textDocument, position }) =>
      prepareCallHierarchy(workspace, textDocument.uri, position),
    ),
  );
  connection.languages.callHierarchy.onIncomingCalls(
    guarded('call hierarchy', [], ({ item }) => incomingCalls(workspace, item)),
  );
  connection.languages.callHierarchy.onOutgoingCalls(
    guarded('call hierarchy', [], ({ item }) => outgoingCalls(workspace, item)),
  );
  connection.languages.inlayHint.on(
    guarded('inlay hints', [], ({ textDocument, range }) => {
      const card = cardDocument(workspace, latest, textDocument.uri);
      return card ? provideCardHints(card, range) : provideInlayHints(workspace, textDocument.uri, range);
    }),
  );
  connection.languages.semanticTokens.on(
    guarded('semantic tokens', { data: [] }, ({ textDocument }) => provideSemanticTokens(workspace, textDocument.uri)),
  );
  connection.languages.semanticTokens.onRange(
    guarded('semantic tokens', { data: [] }, ({ textDocument, range }) =>
      provideSemanticTokens(workspace, textDocument.uri, range),
    ),
  );
  connection.languages.semanticTokens.onDelta(
    guarded('semantic tokens', { data: [] }, ({ textDocument, previousResultId }) =>
      provideSemanticTokensDelta(workspace, textDocument.uri, previousResultId),
    ),
  );
  connection.onRequest(
    'loopwright/declareSchema',
    guarded('schema', null, ({ uri, dataset, path }: LanguageRequests['loopwright/declareSchema']['params']) =>
      provideSchemaKey(workspace, uri, dataset, path),
    ),
  );
  connection.onRequest(
    'loopwright/addSection',
    ({ uri, part }: LanguageRequests['loopwright/addSection']['params']): Promise<unknown> =>
      provideSection(workspace, uri, part),
  );
  connection.onRequest(
    'loopwright/outline',
    guarded(
      'outline',
      { stages: [], deployments: [], monitors: [], datasets: [] },
      ({ uri }: LanguageRequests['loopwright/outline']['params']) => provideOutline(workspace, uri),
    ),
  );

  connection.onRequest(
    'loopwright/projects',
    async ({
      again,
    }: LanguageRequests['loopwright/projects']['params']): Promise<
      LanguageRequests['loopwright/projects']['result']
    > => {
      if (again) found = judgeFolders();
      const { roots, isCut } = await found;
      return { projects: roots.map((root) => summaryOf(workspace.projectAt(root))), isCut };
    },
  );

  documents.listen(connection);
  connection.listen();
}
