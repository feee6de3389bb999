/** The variables of VS Code's own themes that the views use, as VS Code sets them on a webview's root. */
export const themes = {
  light: { class: 'vscode-light', colors: {
    'editor-background': '#ffffff', 'editor-foreground': '#3b3b3b', foreground: '#3b3b3b', descriptionForeground: '#717171', disabledForeground: '#8b8b8b', focusBorder: '#005fb8',
    'panel-border': '#e5e5e5', 'textLink-foreground': '#005fb8', 'badge-background': '#cccccc', 'badge-foreground': '#3b3b3b', 'button-background': '#005fb8', 'button-foreground': '#ffffff', 'button-hoverBackground': '#0258a8', 'button-border': '#0000001a',
    'button-secondaryBackground': '#e5e5e5', 'button-secondaryForeground': '#3b3b3b', 'button-secondaryHoverBackground': '#cccccc', 'input-background': '#ffffff', 'input-foreground': '#3b3b3b', 'input-placeholderForeground': '#767676',
    'settings-textInputBackground': '#ffffff', 'settings-textInputForeground': '#3b3b3b', 'settings-textInputBorder': '#cecece', 'input-border': '#cecece',
    'dropdown-background': '#ffffff', 'dropdown-foreground': '#3b3b3b', 'dropdown-border': '#cecece', 'list-hoverBackground': '#f2f2f2', 'list-inactiveSelectionBackground': '#e4e6f1', 'list-activeSelectionBackground': '#e8e8e8', 'list-activeSelectionForeground': '#000000',
    'editorWidget-background': '#f8f8f8', 'editorWidget-foreground': '#3b3b3b', 'editorWidget-border': '#c8c8c8', 'widget-shadow': '#00000029', 'inputValidation-errorBackground': '#f2dede', 'inputValidation-errorBorder': '#be1100',
    'testing-iconPassed': '#388a34', 'testing-iconFailed': '#f14c4c', 'charts-yellow': '#bf8803', 'charts-blue': '#1a85ff', 'textCodeBlock-background': '#f2f2f2', 'toolbar-hoverBackground': '#b8b8b850',
  } },
  dark: { class: 'vscode-dark', colors: {
    'editor-background': '#1f1f1f', 'editor-foreground': '#cccccc', foreground: '#cccccc', descriptionForeground: '#9d9d9d', disabledForeground: '#8b8b8b', focusBorder: '#0078d4',
    'panel-border': '#2b2b2b', 'textLink-foreground': '#4daafc', 'badge-background': '#616161', 'badge-foreground': '#f8f8f8', 'button-background': '#0078d4', 'button-foreground': '#ffffff', 'button-hoverBackground': '#026ec1', 'button-border': '#ffffff12',
    'button-secondaryBackground': '#313131', 'button-secondaryForeground': '#cccccc', 'button-secondaryHoverBackground': '#3c3c3c', 'input-background': '#313131', 'input-foreground': '#cccccc', 'input-placeholderForeground': '#989898',
    'settings-textInputBackground': '#313131', 'settings-textInputForeground': '#cccccc', 'settings-textInputBorder': '#3c3c3c', 'input-border': '#3c3c3c',
    'dropdown-background': '#313131', 'dropdown-foreground': '#cccccc', 'dropdown-border': '#3c3c3c', 'list-hoverBackground': '#2a2d2e', 'list-inactiveSelectionBackground': '#37373d', 'list-activeSelectionBackground': '#04395e', 'list-activeSelectionForeground': '#ffffff',
    'editorWidget-background': '#202020', 'editorWidget-foreground': '#cccccc', 'editorWidget-border': '#313131', 'widget-shadow': '#0000005c', 'inputValidation-errorBackground': '#5a1d1d', 'inputValidation-errorBorder': '#be1100',
    'testing-iconPassed': '#73c991', 'testing-iconFailed': '#f14c4c', 'charts-yellow': '#cca700', 'charts-blue': '#3794ff', 'textCodeBlock-background': '#2b2b2b', 'toolbar-hoverBackground': '#5a5d5e50',
  } },
  contrast: { class: 'vscode-high-contrast', colors: {
    'editor-background': '#000000', 'editor-foreground': '#ffffff', foreground: '#ffffff', descriptionForeground: '#ffffffb3', disabledForeground: '#a5a5a5', focusBorder: '#f38518', contrastBorder: '#6fc3df',
    'panel-border': '#6fc3df', 'textLink-foreground': '#21a6ff', 'badge-background': '#000000', 'badge-foreground': '#ffffff', 'button-background': '#000000', 'button-foreground': '#ffffff', 'button-border': '#6fc3df', 'button-secondaryForeground': '#ffffff', 'button-secondaryBackground': '#000000',
    'input-background': '#000000', 'input-foreground': '#ffffff', 'input-border': '#6fc3df', 'settings-textInputBackground': '#000000', 'settings-textInputForeground': '#ffffff', 'settings-textInputBorder': '#6fc3df', 'dropdown-background': '#000000', 'dropdown-foreground': '#ffffff', 'dropdown-border': '#6fc3df',
    'list-hoverBackground': '#ffffff1a', 'list-inactiveSelectionBackground': '#ffffff33', 'list-activeSelectionBackground': '#ffffff40', 'list-activeSelectionForeground': '#ffffff', 'editorWidget-background': '#0c141f', 'editorWidget-foreground': '#ffffff', 'editorWidget-border': '#6fc3df',
    'inputValidation-errorBackground': '#000000', 'inputValidation-errorBorder': '#be1100', 'testing-iconPassed': '#73c991', 'testing-iconFailed': '#f14c4c', 'charts-yellow': '#ffd370', 'charts-blue': '#3794ff', 'textCodeBlock-background': '#000000',
  } },
} as const;

export type ThemeName = keyof typeof themes;
