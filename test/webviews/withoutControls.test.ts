import assert from 'node:assert/strict';
import { it } from 'node:test';
import { exactTime } from '../../words/times.ts';
import { withoutControls } from '../../webviews/saved/withoutControls.ts';

it('leaves out every control, one that no view has yet as well', () => {
  for (const control of [
    '<button class="quiet" title="a > b">Press <i>me</i></button>',
    '<input type="checkbox">',
    '<input type="checkbox"/>',
    '<textarea>x</textarea>',
    '<form><p>a</p><select><option>b</option></select></form>',
    '<vscode-button>Save</vscode-button>',
    '<vscode-new-thing><p>x</p></vscode-new-thing>',
    '<dialog open>x</dialog>',
    '<menu><li>x</li></menu>',
    '<label>Metric <select><option>a</option></select></label>',
    '<label><span><input></span> log</label>',
    '<a href="https://a.b">x</a>',
    '<script>x()</script>',
    '<iframe src="x"></iframe>',
    '<!-- note <button> -->',
  ])
    assert.equal(withoutControls(`<p>before${control}after</p>`), '<p>beforeafter</p>', control);
});

it('keeps the text of a link that only a script follows', () => {
  assert.equal(withoutControls('<p>From <button class="link"><b>run</b> 1</button>.</p>'), '<p>From <b>run</b> 1.</p>');
  assert.equal(withoutControls('<button class="link"><input>x</button>'), 'x');
});

it('writes times as dates, opens details, and takes nothing for the keyboard', () => {
  const at = Date.UTC(2026, 10, 20, 12);
  const iso = new Date(at).toISOString();
  assert.equal(
    withoutControls(`<time datetime="${iso}" title="x">2 hours ago</time>`),
    `<time datetime="${iso}">${exactTime(at)}</time>`,
  );
  assert.equal(
    withoutControls('<details><summary>a</summary>b</details>'),
    '<details open><summary>a</summary>b</details>',
  );
  assert.equal(
    withoutControls('<div tabindex="0" role="application"><svg tabindex="0"><g/></svg></div>'),
    '<div><svg><g/></svg></div>',
  );
});

it('keeps text, lists, tables and drawings as they are written', () => {
  for (const html of [
    'a < b &#38; c',
    '<p class="a">x<br>y<wbr/>z</p><hr/>',
    '<table><tbody><tr><td title="<b>">1</td></tr></tbody></table>',
    '<svg><style><![CDATA[ a > b { } ]]></style><path d="M0,0"/><text>x</text><clipPath><rect></rect></clipPath></svg>',
    '<dl><dt>a</dt><dd>b</dd></dl><label>plain</label>',
  ])
    assert.equal(withoutControls(html), html);
});
