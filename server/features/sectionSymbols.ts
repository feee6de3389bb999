import { SymbolKind } from 'vscode-languageserver';
import type { Section } from './section.ts';

/** The symbol kind of the names of each section. */
export const sectionSymbols: Record<Section, SymbolKind> = {
  params: SymbolKind.Variable,
  datasets: SymbolKind.Struct,
  stages: SymbolKind.Function,
  models: SymbolKind.Class,
  deployments: SymbolKind.Interface,
  monitors: SymbolKind.Event,
};
