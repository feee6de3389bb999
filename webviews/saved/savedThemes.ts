/** The colours of saved pages under the variable names of VS Code: those of its own light and dark themes. */
export const lightVariables: Record<string, string> = {
  '--vscode-editor-background': '#ffffff',
  '--vscode-editor-foreground': '#3b3b3b',
  '--vscode-foreground': '#3b3b3b',
  '--vscode-descriptionForeground': '#616161',
  '--vscode-disabledForeground': '#767676',
  '--vscode-panel-border': '#d9d9d9',
  '--vscode-textLink-foreground': '#005fb8',
  '--vscode-badge-background': '#cccccc',
  '--vscode-badge-foreground': '#3b3b3b',
  '--vscode-testing-iconPassed': '#2f7d2b',
  '--vscode-testing-iconFailed': '#c72e2e',
  '--vscode-charts-yellow': '#966800',
  '--vscode-charts-blue': '#1a6ecc',
  '--vscode-textCodeBlock-background': '#f2f2f2',
};

export const darkVariables: Record<string, string> = {
  '--vscode-editor-background': '#1f1f1f',
  '--vscode-editor-foreground': '#cccccc',
  '--vscode-foreground': '#cccccc',
  '--vscode-descriptionForeground': '#9d9d9d',
  '--vscode-disabledForeground': '#8b8b8b',
  '--vscode-panel-border': '#3a3a3a',
  '--vscode-textLink-foreground': '#4daafc',
  '--vscode-badge-background': '#616161',
  '--vscode-badge-foreground': '#f8f8f8',
  '--vscode-testing-iconPassed': '#73c991',
  '--vscode-testing-iconFailed': '#f14c4c',
  '--vscode-charts-yellow': '#cca700',
  '--vscode-charts-blue': '#3794ff',
  '--vscode-textCodeBlock-background': '#2b2b2b',
};
