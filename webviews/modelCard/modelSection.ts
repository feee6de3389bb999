import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { FactsOutputs, FactsPackage, ModelFacts } from '../../protocol/modelFacts.ts';
import { number, percent, count, plural } from '../../words/numbers.ts';
import { bytes } from '../../words/sizes.ts';
import { copyable, icon } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';

/** A longer table is closed at first. */
const openRows = 30;

/** The section about the model: flavour, signature, environment, files. */
export function modelSection(facts: ModelFacts, copy: (text: string) => void): TemplateResult {
  return html`${facts.problems.map((text) => note('error', text))} ${facts.runsCode ? runsCode() : nothing}
    <table class="plain facts">
      <tbody>
        ${row('Flavour', facts.flavour ?? 'not known')}
        ${row('Algorithm', facts.algorithm ?? 'not stated by its files')}
        ${row('Scored by', facts.runtime ?? scorer(facts))}
        ${facts.python === null ? nothing : row('Python', html`<code>${facts.python}</code>`)}
        ${facts.outputs ? row('Answers', outputs(facts.outputs)) : nothing}
        ${facts.path === '' ? nothing : row('Files', html`<code>${facts.path}</code>${facts.bytes === null ? '' : `, ${bytes(facts.bytes)}`}`)}
        ${facts.hash === null ? nothing : row('SHA-256', copyable(facts.hash, copy, facts.hash.slice(0, 12)))}
      </tbody>
    </table>
    <h3>Inputs</h3>
    ${inputs(facts)} ${environment(facts)}`;
}

function row(name: string, value: TemplateResult | string): TemplateResult {
  return html`<tr>
    <td>${name}</td>
    <td>${value}</td>
  </tr>`;
}

function note(kind: 'error' | 'warning', text: string | TemplateResult): TemplateResult {
  return html`<p class="note ${kind}">${icon(kind)} <span>${text}</span></p>`;
}

function runsCode(): TemplateResult {
  return note(
    'warning',
    html`Opening this model runs the code in its files, as every pickle does. Open it only if you trust where it comes
      from. The safe forms are <code>.skops</code> and ONNX: they hold data and no code.`,
  );
}

function scorer({ needsPython }: ModelFacts): string {
  if (needsPython === null) return 'not known';
  return needsPython ? 'Python, not tried yet' : 'Loopwright, without Python';
}

function outputs({ kind, classes, positive, scores, threshold, thresholdRule }: FactsOutputs): TemplateResult {
  const what = classes
    ? html`${classes.length === 2 ? 'one of' : `one of ${classes.length}:`}
      ${classes.slice(0, 20).map((name, i) => html`${i === 0 ? '' : ', '}<code>${name}</code>`)}${classes.length > 20 ? ', …' : ''}`
    : kind === 'regression'
      ? 'a number'
      : (kind ?? 'not stated');
  const form = {
    probability: 'with probabilities',
    decision: 'with decision scores, which are not probabilities',
    none: classes ? 'without scores' : '',
  }[scores];
  const decides =
    positive === null
      ? ''
      : html`; <code>${positive}</code> is
          positive${threshold === null || scores === 'none' ? '' : `, at a score of ${number(threshold)} or more`}${thresholdRule === null || scores === 'none' ? '' : ` (${thresholdRule})`}`;
  return html`${what}${form === '' ? '' : `, ${form}`}${decides}`;
}

function inputs({ inputs: all }: ModelFacts): Piece {
  if (all === null)
    return html`<p class="muted">
      Its files do not name the inputs. A validation reads them from the schema of the data.
    </p>`;
  const [hasMissing, hasLevels, hasOptional] = [
    all.some(({ missing }) => missing !== null),
    all.some(({ levels }) => levels !== null),
    all.some(({ optional }) => optional),
  ];
  const table = html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">Input</th>
        <th scope="col">Type</th>
        ${hasOptional ? html`<th scope="col">Required</th>` : nothing}
        ${hasMissing ? html`<th scope="col" class="number">Missing</th>` : nothing}
        ${hasLevels ? html`<th scope="col" class="number">Levels</th>` : nothing}
      </tr>
    </thead>
    <tbody>
      ${all.map(
        (one) =>
          html`<tr>
            <td>${one.name}</td>
            <td>${one.type ?? html`<span class="muted">not stated</span>`}</td>
            ${hasOptional ? html`<td>${one.optional ? 'optional' : 'yes'}</td>` : nothing}
            ${hasMissing ? html`<td class="number">${one.missing === null ? '' : percent(one.missing)}</td>` : nothing}
            ${hasLevels ? html`<td class="number">${one.levels === null ? '' : count(one.levels)}</td>` : nothing}
          </tr>`,
      )}
    </tbody>
  </table>`;
  return folded(plural(all.length, 'input'), all.length, table);
}

function folded(title: string, rows: number, table: TemplateResult): TemplateResult {
  return rows <= openRows
    ? table
    : html`<details>
        <summary>${title}</summary>
        ${table}
      </details>`;
}

function environment({ packages, warnings }: ModelFacts): Piece {
  if (packages.length === 0 && warnings.length === 0) return nothing;
  const [hasSaved, hasUsed] = [
    packages.some(({ savedWith }) => savedWith !== null),
    packages.some(({ used }) => used !== null),
  ];
  const table = html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">Package</th>
        ${hasSaved ? html`<th scope="col">Saved with</th>` : nothing}
        ${hasUsed ? html`<th scope="col">Here</th>` : nothing}
      </tr>
    </thead>
    <tbody>
      ${packages.map(
        (one) =>
          html`<tr>
            <td>${one.name}</td>
            ${hasSaved ? html`<td>${one.savedWith ?? ''}</td>` : nothing}
            ${hasUsed ? html`<td>${here(one)}</td>` : nothing}
          </tr>`,
      )}
    </tbody>
  </table>`;
  return html`<h3>Environment</h3>
    ${warnings.map((text) => note('warning', text))}
    ${folded(plural(packages.length, 'package'), packages.length, table)}`;
}

function here({ savedWith, used }: FactsPackage): Piece {
  if (used === null) return html`<span class="muted">–</span>`;
  return savedWith === null || savedWith === used
    ? html`${used}`
    : html`${used} ${icon('info', `Saved with ${savedWith}`)}`;
}
