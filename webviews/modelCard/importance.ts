import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { CardImportance } from '../../protocol/modelCard.ts';
import { number, percent, plural } from '../../words/numbers.ts';
import { dotPlot } from '../ui/dotPlot.ts';

const most = 20;
const losses: Record<CardImportance['loss'], string> = {
  log_loss: 'log loss',
  error: 'share of wrong decisions',
  squared_error: 'squared error',
};

/** How much the model loses without each feature, the most important first. */
export function importance({ loss, base, rows, repeats, confidence, features }: CardImportance): TemplateResult {
  const shown = features.slice(0, most);
  return html`<p class="muted">
      Increase of the ${losses[loss]} (${number(base)}) when the values of one feature are shuffled
      ${plural(repeats, 'time')} among ${plural(rows, 'test row')}, with ${percent(confidence)} intervals. A feature
      whose interval holds 0 may not
      matter.${features.length > most ? ` ${plural(features.length - most, 'feature')} with less are not shown.` : ''}
    </p>
    ${dotPlot(
      `increase of the ${losses[loss]}`,
      shown.map(({ feature, value, low, high }) => ({ label: feature, n: rows, positives: null, value, low, high })),
      0,
      '',
    )}`;
}
