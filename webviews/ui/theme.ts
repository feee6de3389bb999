export type ThemeKind = 'light' | 'dark' | 'contrast' | 'contrastLight';

/**
 * Colours for data, after Okabe and Ito, with enough contrast on each background; neighbours in the order also differ
 * in lightness.
 */
const series: Record<ThemeKind, readonly string[]> = {
  light: ['#0072b2', '#d55e00', '#007a5a', '#a8437f', '#b07800', '#2d88bd', '#5c5c5c', '#7a3b00'],
  dark: ['#56b4e9', '#e69f00', '#2bbf92', '#dd8fbc', '#f0e442', '#6f9bff', '#c8c8c8', '#ff8a4c'],
  contrast: ['#7cc8ff', '#ffb000', '#35e0ad', '#ff9fd4', '#fff35c', '#9db8ff', '#ffffff', '#ff9966'],
  contrastLight: ['#004c7a', '#9c3f00', '#00563f', '#7d1f5a', '#6e4b00', '#003fa3', '#292929', '#5c2c00'],
};

export interface ChartColors {
  kind: ThemeKind;
  foreground: string;
  muted: string;
  grid: string;
  background: string;
  focus: string;
  series: readonly string[];
  /** Fill colours of stable, drifted and broken cells, of a drifted score and of a broken expectation. */
  calm: string;
  drifted: string;
  broken: string;
  score: string;
  error: string;
  font: string;
}

export function themeKind(): ThemeKind {
  const names = document.body.classList;
  if (names.contains('vscode-high-contrast-light')) return 'contrastLight';
  if (names.contains('vscode-high-contrast')) return 'contrast';
  return names.contains('vscode-light') ? 'light' : 'dark';
}

export function chartColors(): ChartColors {
  const style = getComputedStyle(document.body);
  const variable = (name: string, otherwise: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  return colorsOf(themeKind(), variable);
}

/** The colours of a theme; `variable` returns a colour of VS Code, or the fallback if the theme has none. */
export function colorsOf(kind: ThemeKind, variable: (name: string, otherwise: string) => string): ChartColors {
  const dark = kind === 'dark' || kind === 'contrast';
  const colors = series[kind];
  const foreground = variable('editor-foreground', dark ? '#cccccc' : '#333333');
  return {
    kind,
    foreground,
    muted: variable('descriptionForeground', foreground),
    grid: dark ? 'rgba(255,255,255,0.12)' : 'rgba(0,0,0,0.12)',
    background: variable('editor-background', dark ? '#1e1e1e' : '#ffffff'),
    focus: variable('focusBorder', '#007fd4'),
    series: colors,
    calm: colors[0] ?? '#0072b2',
    drifted: colors[1] ?? '#e69f00',
    broken: colors[3] ?? '#cc79a7',
    score: colors[4] ?? '#b07800',
    error: { light: '#c4161c', dark: '#f85149', contrast: '#ff6b6b', contrastLight: '#a1000a' }[kind],
    font: variable('font-family', 'sans-serif'),
  };
}

/**
 * Calls back when the user changes the theme: VS Code then rewrites the class of the body and the variables of the
 * root.
 */
export function onThemeChange(listener: () => void): void {
  let asked = false;
  const observer = new MutationObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      listener();
    });
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
