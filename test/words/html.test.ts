import assert from 'node:assert/strict';
import { it } from 'node:test';
import { escapeHtml, htmlPage } from '../../words/html.ts';

it('escapes the signs that end a text or an attribute, and no others', () => {
  assert.equal(escapeHtml(`<a b="c" d='e'>&amp; é`), '&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;amp; é');
  assert.equal(escapeHtml(''), '');
});

it('writes a document whose title cannot end the head', () => {
  const page = htmlPage({
    policy: "default-src 'none'",
    title: '</title><script>',
    head: '<style>p{}</style>',
    body: '<body>x</body>',
  });
  assert.match(page, /^<!DOCTYPE html>\n<html lang="en">/);
  assert.ok(page.includes(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`));
  assert.ok(
    page.includes('<title>&#60;/title&#62;&#60;script&#62;</title>\n<style>p{}</style>\n</head>\n<body>x</body>'),
  );
});
