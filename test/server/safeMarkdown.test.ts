import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeColumn } from '../../server/features/describeColumn.ts';
import { codeBlock, codeSpan, textOnly } from '../../server/features/safeMarkdown.ts';

// Tried: pictures, links, autolinks, HTML, entities, escapes, backticks of several lengths, line breaks, in titles,
// descriptions, units, names, categories and values.
const hostile = [
  '![x](https://evil.example/x.png)',
  '[click](command:evil)',
  '<https://evil.example>',
  '<img src=x onerror=alert(1)>',
  '&lt;b&gt;',
  '\\[x](y)',
  'a `b` ```` c',
  'a\n```\n![x](https://evil.example)',
];

test('texts of files bring no link, picture or HTML into a hover', () => {
  for (const text of hostile) {
    assert.doesNotMatch(textOnly(text), /[[\]<>]|(?<!\\)`/, text);
    const span = codeSpan(text);
    const [fence = ''] = /^`+/.exec(span) ?? [];
    assert.ok(!span.slice(fence.length, -fence.length).includes(fence) && !span.includes('\n'), span);
    const block = codeBlock([text, 'b']).split('\n');
    assert.equal(block.length, 4);
    assert.ok(!block.slice(1, -1).some((line) => line.includes(block.at(-1) ?? '')), block.join('\n'));
  }
  assert.equal(textOnly('*Amount* in EUR'), '*Amount* in EUR');
  assert.equal(codeSpan('amount'), '`amount`');
});

test('a hostile column is described without them', () => {
  for (const text of hostile) {
    const shown = describeColumn(
      { name: text, type: 'string', title: text, description: text, categories: [text], loopwright: { unit: text } },
      null,
      null,
    );
    assert.doesNotMatch(
      shown.replaceAll('\\`', '').replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/gs, ''),
      /[[\]<>]/,
      shown,
    );
  }
});
