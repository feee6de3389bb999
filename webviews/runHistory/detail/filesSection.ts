import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { bytes } from '../../../words/sizes.ts';
import { errorBar, icon, skeleton } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import { imageType } from '../files/imageData.ts';
import type { DetailActions, DetailModel } from './detailModel.ts';
import { fileTree } from './fileTree.ts';
import type { Folder } from './fileTree.ts';
import { previewBytes, previewOf } from './previewContent.ts';

/** The engine limits the size of images. */
const imageBytes = 32_000_000;
const filesAtOnce = 200;

/** The files of the run as a tree; a click previews a file in place. */
export function filesSection(model: DetailModel, actions: DetailActions): Piece {
  const { run } = model;
  if (run.artifacts.length === 0)
    return html`<p class="muted">${run.status === 'running' ? 'No files kept yet.' : 'This run kept no file.'}</p>`;
  return html`<div class="files">${folderView(fileTree(run.artifacts), model, actions)}</div>`;
}

function folderView(folder: Folder, model: DetailModel, actions: DetailActions): TemplateResult {
  const rest = folder.files.length - filesAtOnce;
  return html`<ul>
    ${folder.folders.map(
      (child) =>
        html`<li>
          <details ?open=${child.count <= 20}>
            <summary>
              ${icon('folder')} ${child.name}
              <span class="muted">${child.count} ${child.count === 1 ? 'file' : 'files'}, ${bytes(child.bytes)}</span>
            </summary>
            ${folderView(child, model, actions)}
          </details>
        </li>`,
    )}
    ${folder.files.slice(0, filesAtOnce).map((file) => fileView(file, model, actions))}
    ${rest > 0 ? html`<li class="muted">${rest} more files are in the folder of the run.</li>` : nothing}
  </ul>`;
}

function fileView(
  { name, path, bytes: size }: Folder['files'][number],
  model: DetailModel,
  actions: DetailActions,
): TemplateResult {
  const shown = model.preview === path;
  return html`<li class="file">
    <div class="file-line">
      <button class="link" aria-expanded=${shown} @click=${() => actions.preview(shown ? null : path)}>
        ${icon(imageType(path) === null ? 'file' : 'file-media')} ${name}</button
      ><span class="gap"></span><span class="muted number">${bytes(size)}</span
      ><button
        class="quiet"
        title="Open in an editor"
        aria-label="Open ${path} in an editor"
        @click=${() => actions.openArtifact(path)}
      >
        ${icon('go-to-file')}
      </button>
    </div>
    ${shown ? html`<div class="preview">${preview(path, size, model, actions)}</div>` : nothing}
  </li>`;
}

function preview(path: string, size: number, { run, files }: DetailModel, actions: DetailActions): Piece {
  const most = imageType(path) === null ? previewBytes : imageBytes;
  if (size > most)
    return html`<p class="muted">
      This file is too large to show here: ${bytes(size)}.
      <button class="link" @click=${() => actions.openArtifact(path)}>Open it in an editor</button>
    </p>`;
  files.want(run.runId, path);
  const held = files.get(run.runId, path);
  if (!held) return skeleton(3);
  if (held.error !== null || !held.content) return errorBar(held.error, () => files.retry(run.runId, path));
  const shown = previewOf(held.content);
  const rest = html`<p class="muted">
    Only the beginning is shown.
    <button class="link" @click=${() => actions.openArtifact(path)}>Open the whole file</button>
  </p>`;
  switch (shown.kind) {
    case 'image':
      return html`<img src=${shown.source} alt=${path} />`;
    case 'text':
      return html`<pre tabindex="0">${shown.text === '' ? '(empty)' : shown.text}</pre>
        ${shown.cut ? rest : nothing}`;
    case 'table':
      return html`<div class="wide points" tabindex="0" role="region" aria-label="Beginning of ${path}">
          <table class="plain">
            <thead>
              <tr>
                ${shown.header.map((name) => html`<th scope="col">${name}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${shown.rows.map(
                (row) =>
                  html`<tr>
                    ${shown.header.map((_, index) => html`<td>${row[index] ?? ''}</td>`)}
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
        ${shown.cut ? rest : nothing}`;
    case 'none':
      return html`<p class="muted">
        ${shown.why} ${bytes(size)}. <button class="link" @click=${() => actions.openArtifact(path)}>Open it</button>
      </p>`;
  }
}
