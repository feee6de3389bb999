import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { FairnessRow } from '../../protocol/fairness.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { betweenText, familyOf, rateTexts } from '../../words/fairness.ts';
import { number, percent, plural } from '../../words/numbers.ts';
import { breakable } from '../ui/breakable.ts';
import { dotPlot } from '../ui/dotPlot.ts';
import { icon } from '../ui/pieces.ts';
import { groupRates } from './groupRates.ts';
import { representation } from './representation.ts';

/** Fairness by attribute and by intersection of two, under fairlearn's names; older versions have a plot a measure. */
export function fairness(card: ModelCard): TemplateResult {
  const known = new Set(card.fairnessGroups.map(({ attribute }) => attribute));
  const older = card.fairness.filter(({ attribute }) => !known.has(attribute));
  return html`${[...known].map((attribute) => byAttribute(card, attribute))}
  ${older.length === 0 ? nothing : html`<div class="plots">${older.map(measure)}</div>`}
  ${card.representation.map(representation)}`;
}

function byAttribute(card: ModelCard, attribute: string): TemplateResult {
  const rows = card.fairness.filter((row) => row.attribute === attribute);
  const groups = card.fairnessGroups.find((one) => one.attribute === attribute);
  return html`<section aria-label="Fairness of ${attribute}">
    <h3>${breakable(attribute)}</h3>
    ${noVerdict(rows)} ${measures(rows)} ${groups ? groupRates(groups) : nothing}
    ${warnings([...new Set(rows.flatMap((row) => row.warnings))])}
  </section>`;
}

/** Told where no gate can judge: fewer than two groups have enough rows. */
function noVerdict(rows: readonly FairnessRow[]): TemplateResult | typeof nothing {
  const without = rows.filter(({ compared }) => compared !== undefined && compared < 2);
  if (without.length === 0) return nothing;
  return html`<p class="note warning">
    ${icon('warning')}
    <span
      >${without.length === rows.length ? 'No measure gives a verdict' : `${plural(without.length, 'measure')} of ${rows.length} give no verdict`}:
      fewer than two groups have 10 rows behind each rate. The values compare all groups, as fairlearn does.</span
    >
  </p>`;
}

function measures(rows: readonly FairnessRow[]): TemplateResult {
  const families = [...new Set(rows.map((row) => familyOf(row.measure)))];
  const of = (family: string, end: string) => rows.find((row) => row.measure === `${family}_${end}`);
  return html`<div class="wide">
    <table class="plain performance fairness">
      <thead>
        <tr>
          <th scope="col">Measure</th>
          <th scope="col" class="number">Difference</th>
          <th scope="col" class="number">Interval</th>
          <th scope="col">Between</th>
          <th scope="col" class="number">Ratio</th>
          <th scope="col" class="number">To overall</th>
        </tr>
      </thead>
      <tbody>
        ${families.map((family) => {
          const [main, ratio] = [of(family, 'difference'), of(family, 'ratio')];
          if (!main) return nothing;
          return html`<tr>
              <td>${breakable(family)}</td>
              <td class="number"><b>${number(main.value, 3)}</b></td>
              <td class="number">${interval(main)}</td>
              <td>${betweenText(main)}${classOf(main.between?.ofClass ?? null)}</td>
              <td class="number">${valueWithInterval(ratio)}</td>
              <td class="number">${valueWithInterval(of(family, 'difference_to_overall'))}</td>
            </tr>
            ${(main.parts ?? []).map(
              (part) =>
                html`<tr class="part">
                  <td>${rateTexts[part.rate]}</td>
                  <td class="number">${number(part.value, 3)}</td>
                  <td class="number">${interval(part)}</td>
                  <td></td>
                  <td class="number">${number(ratio?.parts?.find(({ rate }) => rate === part.rate)?.value, 3)}</td>
                  <td></td>
                </tr>`,
            )}`;
        })}
      </tbody>
    </table>
  </div>`;
}

const classOf = (ofClass: number | null) => (ofClass === null ? nothing : html`, class ${ofClass + 1}`);

function valueWithInterval(row: FairnessRow | undefined): TemplateResult | typeof nothing {
  if (!row) return nothing;
  const { value, low, high } = row;
  return low === null || high === null
    ? html`${number(value, 3)}`
    : html`<span title="${percent(row.confidence)} interval ${number(low, 3)} to ${number(high, 3)}"
        >${number(value, 3)}</span
      >`;
}

function interval({ low, high }: { low: number | null; high: number | null }): TemplateResult {
  if (low === null || high === null) return html`<span class="muted">none</span>`;
  return html`${number(low, 3)} to ${number(high, 3)}`;
}

function warnings(texts: readonly string[]): TemplateResult | typeof nothing {
  if (texts.length === 0) return nothing;
  return html`<ul class="warnings">
    ${texts.map((text) => html`<li>${icon('warning')} ${text}</li>`)}
  </ul>`;
}

/** A measure of a version from before the rates of all groups were kept. */
function measure(row: FairnessRow): TemplateResult {
  const { low, high, confidence } = row;
  return html`<div>
    <h3>${breakable(`${row.measure}[${row.attribute}]`)} <b>${number(row.value, 3)}</b></h3>
    ${low === null || high === null ? nothing : html`<p class="muted">${percent(confidence)} interval ${number(low, 3)} to ${number(high, 3)}</p>`}
    ${row.rates.map(rate)} ${warnings(row.warnings)}
  </div>`;
}

function rate({ rate: name, groups }: FairnessRow['rates'][number]): TemplateResult {
  const dots = groups.map(({ group, n, value, tooFew }) => ({
    label: group,
    n,
    positives: null,
    value: tooFew ? null : value,
    low: null,
    high: null,
  }));
  return dotPlot(rateTexts[name], dots, null);
}
