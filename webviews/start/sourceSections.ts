import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { FoundDatabase, FoundLog } from '../../protocol/start.ts';
import { count, plural } from '../../words/numbers.ts';
import { bytes } from '../../words/sizes.ts';
import { icon } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import { databaseNames, linesText } from './cards.ts';
import { databaseOf, tableOf } from './model.ts';
import type { Actions, Model } from './model.ts';
import { tableBody } from './tableSection.ts';
import { withCode } from '../ui/withCode.ts';

/** A database: the table whose column is predicted, or all tables without a model. */
export function databaseSection(model: Model, actions: Actions): Piece {
  const database = databaseOf(model);
  if (!database) return nothing;
  const { path, kind, problem, tables } = database;
  const { collectOnly } = model.persisted;
  const filled = tables.filter(({ rows }) => rows !== 0).length;
  return html`<section class="table">
    <h2>${path}</h2>
    <p class="muted">
      ${databaseNames[kind]} ·
      ${bytes(database.bytes)}${tables.length > 0 ? ` · ${plural(tables.length, 'table')}` : ''}
    </p>
    ${problem === null ? nothing : problemBar(problem, actions)}
    ${
      filled === 0
        ? nothing
        : html`<div class="from">
              <label for="table">Table</label>
              <select
                id="table"
                ?disabled=${collectOnly}
                @change=${(event: Event) => actions.table((event.target as HTMLSelectElement).value)}
              >
                ${tables.map(({ name, rows }) => html`<option value=${name} ?disabled=${rows === 0} ?selected=${name === tableOf(model)}>${name}${rows === 0 ? ' – no rows' : ''}</option>`)}
              </select>
              <label class="choice"
                ><input
                  id="collect-only"
                  type="checkbox"
                  .checked=${collectOnly}
                  @change=${(event: Event) => actions.collectOnly((event.target as HTMLInputElement).checked)}
                />
                Collect ${filled === 1 ? 'the table' : `all ${filled} tables`} without a model</label
              >
            </div>
            ${collectOnly ? tableList(database) : tableBody(model, actions)}`
    }
  </section>`;
}

function problemBar(problem: string, actions: Actions): TemplateResult {
  return html`<div class="error-bar" role="alert">
    ${icon('error')}<span>${withCode(problem)}</span>
    <button class="link" @click=${actions.again}>Look again</button>
  </div>`;
}

function tableList({ tables }: FoundDatabase): TemplateResult {
  return html`<div class="scroll">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">table</th>
          <th scope="col" class="number">rows</th>
          <th scope="col" class="number">columns</th>
        </tr>
      </thead>
      <tbody>
        ${tables.map(
          ({ name, rows, exact, columns }) =>
            html`<tr class=${rows === 0 ? 'muted' : ''}>
              <td>${name}${rows === 0 ? ' – left out' : ''}</td>
              <td class="number">${rows === null ? '' : `${exact ? '' : '≈ '}${count(rows)}`}</td>
              <td class="number">${count(columns)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Logs with their formats; each can be left out. */
export function logsSection(model: Model, actions: Actions): TemplateResult {
  const logs = model.folder.value?.logs ?? [];
  const known = logs.filter(({ format }) => format !== null);
  const [one] = logs;
  return html`<section class="table logs">
    <h2>${one && logs.length === 1 ? one.path : `${logs.length} logs`}</h2>
    ${
      known.length === 0
        ? nothing
        : html`<p class="muted">
            ${linesText(known)} · each run collects those that are new, also of files that were rotated
          </p>`
    }
    <div class="scroll">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">log</th>
            <th scope="col">format</th>
            <th scope="col" class="number">lines</th>
            <th scope="col" class="number">files</th>
            <th scope="col" class="number">size</th>
          </tr>
        </thead>
        <tbody>
          ${logs.map((log) => logRow(log, model, actions))}
        </tbody>
      </table>
    </div>
    ${
      known.length < logs.length
        ? html`<p class="muted">
            A log of another format is collected with <code>format: pattern</code>, a regular expression with named
            groups.
          </p>`
        : nothing
    }
  </section>`;
}

function logRow(log: FoundLog, { persisted }: Model, actions: Actions): TemplateResult {
  const { path, format, about, lines, exact, files, bytes: size } = log;
  const isKnown = format !== null;
  return html`<tr>
    <td>
      <label class="choice"
        ><input
          type="checkbox"
          ?disabled=${!isKnown}
          .checked=${isKnown && !persisted.withoutLogs.includes(path)}
          @change=${() => actions.log(path)}
        />
        ${path}</label
      >
    </td>
    <td class=${isKnown ? '' : 'muted'}>${withCode(about)}</td>
    <td class="number">${isKnown ? `${exact ? '' : '≈ '}${count(lines)}` : ''}</td>
    <td class="number">${count(files)}</td>
    <td class="number">${bytes(size)}</td>
  </tr>`;
}
