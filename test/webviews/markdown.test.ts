import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markdown } from '../../webviews/ui/markdown.ts';
import { renderTemplate } from '../../webviews/saved/renderTemplate.ts';

/** The HTML of a note, without its frame and the space between elements. */
function shown(source: string): string {
  const all = renderTemplate(markdown(source)).replaceAll(/>\s*\n\s*</g, '><');
  assert.match(all, /^<div class="markdown">[^]*<\/div>$/);
  return all.slice('<div class="markdown">'.length, -'</div>'.length);
}

const tags = (page: string): string[] => [...page.matchAll(/<([a-z]+)/g)].map((one) => one[1] ?? '');

describe('Markdown of a note', () => {
  it('shows headings, emphasis, code and rules', () => {
    assert.equal(
      shown('# Top\n**bold** *slanted* ~~gone~~ `a < b`\n\n---\n\n```py\nx = 1\n```'),
      '<p class="heading level-1" role="heading" aria-level="3">Top</p>' +
        '<p><strong>bold</strong> <em>slanted</em> <s>gone</s> <code>a &#60; b</code></p><hr/><pre>x = 1</pre>',
    );
  });

  it('breaks a line where the note breaks it, with either line end', () => {
    assert.equal(shown('one\ntwo\r\nthree'), '<p>one<br/>two<br/>three</p>');
  });

  it('shows lists within lists and quotes', () => {
    assert.equal(shown('- a\n  - b'), '<ul><li>a<ul><li>b</li></ul></li></ul>');
    assert.equal(shown('3. a\n4. b'), '<ol start="3"><li>a</li><li>b</li></ol>');
    assert.equal(shown('> a\n> b'), '<blockquote><p>a<br/>b</p></blockquote>');
  });

  it('shows a table', () => {
    assert.equal(
      shown('| a | b |\n| - | - |\n| 1 | 2 |'),
      '<div class="wide"><table class="plain"><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>' +
        '<tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>',
    );
  });

  it('links to http and https, written in full or as a label', () => {
    const link = (label: string): string => `<p><a href="https://a.b/c" title="https://a.b/c">${label}</a></p>`;
    assert.equal(shown('[here](https://a.b/c)'), link('here'));
    assert.equal(shown('https://a.b/c'), link('https://a.b/c'));
    assert.equal(shown('<https://a.b/c>'), link('https://a.b/c'));
    assert.equal(shown('see example.com or a@b.com'), '<p>see example.com or a@b.com</p>');
  });
});

describe('Hostile Markdown', () => {
  for (const source of [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<!-- a --> <?php ?> <![CDATA[x]]>',
    '[a](javascript:alert(1))',
    '[a](JaVaScRiPt&#58;alert(1))',
    '[a](data:text/html;base64,PHNjcmlwdD4=)',
    '[a](vbscript:x)',
    '[a](file:///etc/passwd)',
    '[a](//evil.example)',
    '[a](command:workbench.action.quit)',
    '[a][b]\n\n[b]: javascript:alert(1)',
    '<javascript:alert(1)>',
    'javascript:alert(1) ftp://a.b mailto:a@b.c //a.b',
  ])
    it(`stays text: ${source.split('\n')[0]}`, () => {
      assert.deepEqual([...new Set(tags(shown(source)))], ['p']);
    });

  it('loads no image: its label links to it', () => {
    assert.deepEqual(tags(shown('![a](https://evil.example/pixel.png)')), ['p', 'a']);
    assert.deepEqual(tags(shown('![a](data:image/png;base64,AAAA)')), ['p']);
  });

  it('keeps quotes of a link inside its attribute', () => {
    assert.doesNotMatch(shown('[a](<https://a.b/" onmouseover="x>)'), /" onmouseover/);
  });

  for (const [name, source] of [
    ['a line of a million characters', 'a'.repeat(1_000_000)],
    ['ten thousand quotes in each other', '>'.repeat(10_000) + ' a'],
    ['ten thousand open brackets', '['.repeat(10_000)],
    ['ten thousand open emphases', '*a '.repeat(10_000)],
    ['lists a thousand deep', Array.from({ length: 1000 }, (_, deep) => `${' '.repeat(deep * 2)}- a`).join('\n')],
    ['ten thousand backticks of growing length', Array.from({ length: 140 }, (_, n) => '`'.repeat(n + 1)).join('a')],
  ] as const)
    it(`shows ${name}`, () => {
      assert.notEqual(shown(source), '');
    });
});
