import assert from 'node:assert/strict';
import { it } from 'node:test';
import { html, nothing, svg } from 'lit';
import { Markup, renderTemplate } from '../../webviews/saved/renderTemplate.ts';

const attack = `<b onclick="x">&'`;
const safe = '&#60;b onclick=&#34;x&#34;&#62;&#38;&#39;';

it('writes texts and attributes, escaped', () => {
  assert.equal(renderTemplate(html`<p title=${attack}>${attack}</p>`), `<p title="${safe}">${safe}</p>`);
  assert.equal(renderTemplate(html`<p class="a ${attack} c">x</p>`), `<p class="a ${safe} c">x</p>`);
  assert.equal(
    renderTemplate(html`<i data-a=${1} data-b="2" data-c=${'3'}></i>`),
    '<i data-a="1" data-b="2" data-c="3"></i>',
  );
});

it('leaves out listeners, properties, and what is not there', () => {
  const listener = (): void => {};
  assert.equal(
    renderTemplate(
      html`<a @click=${listener} .value=${'x'} ?hidden=${false} ?open=${true} title=${nothing}
        >${nothing}${null}${undefined}${false}</a
      >`,
    ),
    '<a open></a>',
  );
});

it('writes templates in templates and lists of them, and markup of programs as it is', () => {
  assert.equal(renderTemplate(html`<b>${['a', 'b'].map((one) => html`<i>${one}</i>`)}</b>`), '<b><i>a</i><i>b</i></b>');
  assert.equal(
    renderTemplate(html`<svg>${[1, 2].map((x) => svg`<line x1=${x}></line>`)}</svg>`),
    '<svg><line x1="1"></line><line x1="2"></line></svg>',
  );
  assert.equal(renderTemplate(html`<p>${new Markup('<b>x</b>')} ${0}</p>`), '<p><b>x</b> 0</p>');
});

it('takes a > in a quoted attribute for no end of the tag', () => {
  assert.equal(renderTemplate(html`<p title="a > b" lang=${'en'}>${'<'}</p>`), '<p title="a > b" lang="en">&#60;</p>');
});

it('refuses what it cannot draw', () => {
  assert.throws(() => renderTemplate(html`<p>${{ some: 'directive' }}</p>`), /cannot draw/);
});
