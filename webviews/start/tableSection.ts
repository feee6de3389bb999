import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { ReadAs, StartTask, TableLook, TargetChoice } from '../../protocol/start.ts';
import { miniature } from '../profile/miniature.ts';
import { css } from '../ui/css.ts';
import { count, percent, plural } from '../../words/numbers.ts';
import { errorBar, icon, skeleton } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import { withCode } from '../ui/withCode.ts';
import { delimiterNames, encodingNames, readAsText, targetOf, taskNames } from './model.ts';
import type { Actions, Model } from './model.ts';

/** A table: the column to predict, the other columns, and the options for reading the file. */
export function tableSection(model: Model, actions: Actions): TemplateResult {
  return html`<section class="table">
    <h2>${model.persisted.source?.path}</h2>
    ${tableBody(model, actions)}
  </section>`;
}

/** The same without its heading, for a table of a database too. */
export function tableBody(model: Model, actions: Actions): TemplateResult {
  const { table } = model;
  const look = table.value;
  return html`${table.error !== null && !table.loading ? errorBar(table.error, actions.again) : nothing}
  ${
    look
      ? html` <p class="muted facts-line">
            ${look.estimated ? 'about ' : ''}${plural(look.rows, 'row')} ·
            ${plural(look.columns.length, 'column')}${look.readAs ? html` · read as: ${readAsText(look.readAs)} <button class="link" aria-expanded=${model.changing} @click=${actions.change}>change</button>` : nothing}
          </p>
          ${model.changing && look.readAs ? readAsForm(look.readAs, actions) : nothing} ${predict(model, look, actions)}
          ${leftOut(model, actions)}`
      : table.loading
        ? skeleton(5)
        : nothing
  }`;
}

function predict(model: Model, look: TableLook, actions: Actions): TemplateResult {
  const target = targetOf(model);
  if (!target) {
    const isFile = look.table === null;
    return html`<div class="error-bar" role=${isFile ? 'alert' : 'note'}>
      ${icon(isFile ? 'error' : 'info')}<span
        >No column of this ${isFile ? 'file' : 'table'} can be
        predicted${isFile ? '.' : ', so the tables are collected and checked without a model.'}
        ${look.notTargets.slice(0, 6).map(({ name, reason }) => html`<br /><code>${name}</code>: ${withCode(reason)}`)}</span
      >
    </div>`;
  }
  const column = look.columns.find(({ name }) => name === target.name) ?? null;
  const task = model.persisted.task ?? target.task;
  const others = look.notTargets.filter(({ name }) => name !== target.name);
  return html`<div class="predict">
      <div class="question">
        <label for="target">Predict</label>
        <select id="target" @change=${(event: Event) => actions.target((event.target as HTMLSelectElement).value)}>
          ${look.targets.map(({ name, task: kind, classes }) => html`<option value=${name} ?selected=${name === target.name}>${name} – ${kind === 'regression' ? 'a number' : plural(classes.length, 'class', 'classes')}</option>`)}
        </select>
        ${
          target.otherTask === null
            ? html`<span class="muted"
                >${target.task === 'regression' ? 'as a number' : plural(target.classes.length, 'class', 'classes')}</span
              >`
            : html`<label for="task">as</label>
                <select
                  id="task"
                  @change=${(event: Event) => actions.task((event.target as HTMLSelectElement).value as StartTask)}
                >
                  ${[target.task, target.otherTask].map((one) => html`<option value=${one} ?selected=${one === task}>${taskNames[one]}</option>`)}
                </select>`
        }
        <p class="muted">${target === look.targets[0] ? 'Suggested: ' : 'It is '}${withCode(target.reason)}.</p>
        ${target.warning === null ? nothing : html`<p class="warning">${icon('warning')} ${withCode(target.warning)}.</p>`}
        ${
          others.length > 0
            ? html`<details>
                <summary>${plural(others.length, 'column')} cannot be predicted</summary>
                <ul class="reasons">
                  ${others.slice(0, 20).map(({ name, reason }) => html`<li><code>${name}</code> ${withCode(reason)}</li>`)}
                </ul>
              </details>`
            : nothing
        }
      </div>
      <div class="profile" aria-label="What ${target.name} holds">
        ${task === 'regression' ? numberProfile(column) : classBars(target)}
      </div>
    </div>
    <details class="columns">
      <summary>${plural(look.columns.length, 'column')}</summary>
      <div class="scroll">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">column</th>
              <th scope="col">type</th>
              <th scope="col" class="number">missing</th>
              <th scope="col" class="number">distinct</th>
              <th scope="col">values</th>
            </tr>
          </thead>
          <tbody>
            ${look.columns.slice(0, 200).map(
              (one) =>
                html`<tr>
                  <td>${one.name}</td>
                  <td>${one.type}</td>
                  <td class="number">${one.missing === 0 ? '–' : percent(one.missing / Math.max(1, one.rows))}</td>
                  <td class="number">${count(one.distinct)}</td>
                  <td>${miniature(one)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
}

function numberProfile(column: TableLook['columns'][number] | null): Piece {
  if (!column?.numbers) return nothing;
  const { min, median, max } = column.numbers;
  const short = (value: number) => Number(value.toPrecision(4)).toLocaleString('en-US');
  return html`${miniature(column)}
    <p class="muted range">
      <span>${short(min)}</span><span>median ${short(median)}</span><span>${short(max)}</span>
    </p>`;
}

function classBars({ classes, positive }: TargetChoice): TemplateResult {
  const all = classes.reduce((sum, one) => sum + one.count, 0);
  const most = Math.max(1, ...classes.map((one) => one.count));
  return html`<table class="classes">
      <tbody>
        ${classes.slice(0, 8).map(
          ({ value, count: n }) =>
            html`<tr>
              <td class="value" title=${value}>
                ${value}${value === positive ? html` <span class="badge">positive</span>` : nothing}
              </td>
              <td class="bar"><i ${css({ width: `${(n / most) * 100}%` })}></i></td>
              <td class="number">${count(n)}</td>
              <td class="number muted">${percent(n / Math.max(1, all))}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${classes.length > 8 ? html`<p class="muted">and ${plural(classes.length - 8, 'more class', 'more classes')}</p>` : nothing}`;
}

function leftOut({ proposal, persisted }: Model, actions: Actions): Piece {
  const columns = proposal.value?.leftOut ?? [];
  const used = persisted.use;
  if (columns.length + used.length === 0)
    return proposal.value?.features
      ? html`<p class="muted">${plural(proposal.value.features, 'column')} as features; none is excluded.</p>`
      : nothing;
  return html`<div class="left-out">
    <h3>
      Left out
      <span class="muted"
        >${proposal.value?.features ? `· ${plural(proposal.value.features, 'column')} to learn from` : ''}</span
      >
    </h3>
    <ul>
      ${columns.slice(0, 30).map(({ name, reason, usable }) => html`<li><code>${name}</code> <span class="muted">${withCode(reason)}</span>${usable ? html` <button class="link" aria-label="Use ${name} anyway" @click=${() => actions.use(name)}>use it</button>` : nothing}</li>`)}
      ${columns.length > 30 ? html`<li class="muted">and ${count(columns.length - 30)} more</li>` : nothing}
      ${used.map((name) => html`<li><code>${name}</code> <span class="muted">used as you said</span> <button class="link" aria-label="Leave ${name} out again" @click=${() => actions.use(name)}>leave it out</button></li>`)}
    </ul>
  </div>`;
}

function readAsForm({ delimiter, encoding, header, skip }: ReadAs, actions: Actions): TemplateResult {
  const choose = (part: (value: string) => Partial<ReadAs>) => (event: Event) =>
    actions.readAs(part((event.target as HTMLSelectElement).value));
  return html`<div class="read-as">
    <label
      >Fields end with
      <select @change=${choose((value) => ({ delimiter: value }))}>
        ${Object.entries(delimiterNames).map(([mark, name]) => html`<option value=${mark} ?selected=${mark === delimiter}>${name}</option>`)}
      </select></label
    >
    <label
      >Encoding
      <select @change=${choose((value) => ({ encoding: value }))}>
        ${Object.entries(encodingNames).map(([label, name]) => html`<option value=${label} ?selected=${label === encoding}>${name}</option>`)}
      </select></label
    >
    <label
      ><input
        type="checkbox"
        .checked=${header}
        @change=${(event: Event) => actions.readAs({ header: (event.target as HTMLInputElement).checked })}
      />
      The first line contains the column names</label
    >
    <label
      >Lines to skip
      <input
        type="number"
        min="0"
        max="1000"
        .value=${String(skip)}
        @change=${choose((value) => ({ skip: Math.max(0, Math.min(1000, Math.round(Number(value) || 0))) }))}
    /></label>
  </div>`;
}
