import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { QualityReport } from '../../protocol/dataProfile.ts';
import { css } from '../ui/css.ts';
import { count, plural } from '../../words/numbers.ts';
import { exactTime, timeText } from '../../words/times.ts';
import { errorBar, icon, skeleton } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Actions, Model } from './model.ts';
import { share, visible } from './text.ts';

/** Completeness, uniqueness, validity, freshness and relevance, each with its numbers. */
export function qualityTab(model: Model, actions: Actions): TemplateResult {
  const quality = model.quality.value;
  const error = errorBar(model.quality.error, () => actions.retry('quality'));
  if (!quality) return html`${error}${model.quality.error === null ? skeleton(10) : nothing}`;
  return html`${error}
    <div class="quality">
      ${validity(quality)}${completeness(quality, actions)}${uniqueness(quality)}${freshness(quality)}${relevance(quality, actions)}
    </div>`;
}

function mark(good: boolean, text: string): TemplateResult {
  return html`<p class="status ${good ? 'calm' : 'warn'}">${icon(good ? 'pass' : 'warning')} ${text}</p>`;
}

function validity({ rows, validity: found }: QualityReport): TemplateResult {
  if (!found)
    return html`<section>
      <h2>Validity</h2>
      <p class="muted">
        No schema checks this data. A dataset gets one with "schema:" in loopwright.yaml; "loopwright data infer" writes
        it.
      </p>
    </section>`;
  const invalid = rows - found.validRows;
  const broken = found.rules.filter((rule) => rule.count > 0);
  return html`<section class="wide">
    <h2>Validity</h2>
    ${mark(invalid === 0 && found.problems.length === 0, invalid === 0 ? `All ${plural(rows, 'row')} keep the rules of the schema.` : `${count(found.validRows)} of ${plural(rows, 'row')} are valid; ${plural(invalid, 'row')} ${invalid === 1 ? 'breaks' : 'break'} a rule.`)}
    ${found.problems.map((problem) => mark(false, problem))}
    ${
      broken.length === 0
        ? nothing
        : html`<table class="plain">
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">Rule</th>
                <th scope="col" class="number">Rows</th>
                <th scope="col">What it says</th>
                <th scope="col">For example</th>
              </tr>
            </thead>
            <tbody>
              ${broken.map(
                (rule) =>
                  html`<tr>
                    <td><bdi>${visible(rule.field)}</bdi></td>
                    <td>
                      <span class="status ${rule.severity === 'error' ? 'warn' : ''}"
                        >${icon(rule.severity === 'error' ? 'error' : 'warning')} ${rule.rule}</span
                      >
                    </td>
                    <td class="number">${count(rule.count)}</td>
                    <td>${rule.message}</td>
                    <td>
                      ${rule.examples.slice(0, 3).map((one) => html`<div><span class="muted">row ${count(one.row)}${one.file === null ? '' : ` of ${one.file}`}:</span> <code>${one.value === null ? 'missing' : visible(one.value)}</code></div>`)}
                    </td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;
}

function completeness({ completeness: { share: filled, worst } }: QualityReport, actions: Actions): TemplateResult {
  return html`<section>
    <h2>Completeness</h2>
    ${mark(filled >= 1, filled >= 1 ? 'No value is missing.' : `${share(filled)} of all values are there.`)}
    ${bars(
      worst.map((one) => ({ name: one.column, part: 1 - one.share, text: `${share(1 - one.share)} missing` })),
      actions,
    )}
  </section>`;
}

function uniqueness({ uniqueness: { repeatedRows, keys } }: QualityReport): TemplateResult {
  return html`<section>
    <h2>Uniqueness</h2>
    ${mark(repeatedRows === 0, repeatedRows === 0 ? 'No row stands there twice.' : `${plural(repeatedRows, 'row')} ${repeatedRows === 1 ? 'repeats' : 'repeat'} another in every column.`)}
    ${keys.map(({ key, repeated }) => mark(repeated === 0, repeated === 0 ? `The key ${visible(key)} is never repeated.` : `The key ${visible(key)} is repeated in ${plural(repeated, 'row')}.`))}
  </section>`;
}

function freshness({ freshness: found }: QualityReport): TemplateResult {
  if (!found)
    return html`<section>
      <h2>Freshness</h2>
      <p class="muted">The age is unknown: the data has no timestamp.</p>
    </section>`;
  return html`<section>
    <h2>Freshness</h2>
    <p>
      The newest row is from <span title=${exactTime(found.newest)}>${timeText(found.newest)}</span>, the oldest from
      <span title=${exactTime(found.oldest)}>${timeText(found.oldest)}</span>, according to the column
      <code>${visible(found.column)}</code>.
    </p>
  </section>`;
}

function relevance({ relevance: found }: QualityReport, actions: Actions): Piece {
  if (!found)
    return html`<section>
      <h2>Relevance</h2>
      <p class="muted">No column is the target. Declare it in the schema with "role: target".</p>
    </section>`;
  const useful = found.columns.filter((one) => one.relevant);
  const rest = found.columns.length - useful.length;
  return html`<section>
    <h2>Relevance</h2>
    <p>
      ${useful.length === 0 ? `No column tells more of ${visible(found.target)} than chance would.` : `${plural(useful.length, 'column')} ${useful.length === 1 ? 'tells' : 'tell'} more of ${visible(found.target)} than chance would${rest > 0 ? `; ${count(rest)} ${rest === 1 ? 'does' : 'do'} not` : ''}.`}
    </p>
    ${bars(
      useful.slice(0, 8).map((one) => ({ name: one.column, part: one.share, text: share(one.share) })),
      actions,
    )}
  </section>`;
}

function bars(lines: { name: string; part: number; text: string }[], actions: Actions): Piece {
  if (lines.length === 0) return nothing;
  return html`<table class="top">
    <tbody>
      ${lines.map(
        ({ name, part, text }) =>
          html`<tr>
            <th scope="row">
              <button
                class="link"
                title=${visible(name)}
                @click=${() => {
                  actions.tab('columns');
                  actions.open(name);
                }}
              >
                <bdi>${visible(name)}</bdi>
              </button>
            </th>
            <td class="bars"><i class="bar" ${css({ '--part': String(part) })}></i></td>
            <td class="number">${text}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
