import { chartColors, onThemeChange } from '../ui/theme.ts';

/** The chart colours as CSS variables, so that drawings in the page follow the theme. */
export function usePalette(changed: () => void = () => {}): void {
  const set = (): void => {
    const { series } = chartColors();
    const [now = '', warm = '', , broken = ''] = series;
    const named = { '--now': now, '--drifted': warm, '--broken': broken, '--cold': now, '--warm': warm };
    for (const [name, value] of Object.entries(named)) document.body.style.setProperty(name, value);
  };
  set();
  onThemeChange(() => {
    set();
    changed();
  });
}
