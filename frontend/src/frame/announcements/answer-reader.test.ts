// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { AnswerReader } from './answer-reader';

const names = {
  code: (language: string) => `Code block, ${language}.`,
  table: (columns: string) => `Table, ${columns}.`,
};

/** Reads an answer that is drawn in these steps; what was said at each of them. */
function read(steps: string[], locale = 'en') {
  const article = document.createElement('article');
  const reader = new AnswerReader(locale, names);
  return steps.map((html, at) => {
    article.innerHTML = `<div class="md"><div class="md-section">${html}</div></div>`;
    return reader.read(article, at === steps.length - 1);
  });
}

describe('an answer that grows', () => {
  test('is said sentence by sentence, each when the next one has begun', () => {
    expect(
      read([
        '<p>A lock keeps',
        '<p>A lock keeps two apart. The sec',
        '<p>A lock keeps two apart. The second waits. It',
        '<p>A lock keeps two apart. The second waits. It is fair.',
      ]),
    ).toEqual([[], ['A lock keeps two apart.'], ['The second waits.'], ['It is fair.']]);
  });

  test('says what was stopped in the middle of a sentence, as far as it came', () => {
    expect(read(['<p>One. Two', '<p>One. Two and a'])).toEqual([['One.'], ['Two and a.']]);
  });

  test('says what took the place of words that were said, and nothing twice', () => {
    expect(
      read([
        '<p>One. Two.</p><p>Three.</p><p>Fo',
        '<p>One. Another',
        '<p>One. Another two.</p><p>Three.</p><p>Four.',
      ]),
    ).toEqual([['One.', 'Two.', 'Three.'], [], ['Another two.', 'Four.']]);
  });

  test('says the same sentence as often as it was written', () => {
    expect(
      read(['<p>Look. Look. And', '<p>Look. Look. And look.', '<p>Look. Look. And look.</p><p>Look.']),
    ).toEqual([['Look.', 'Look.'], [], ['And look.', 'Look.']]);
  });

  test('does not repeat what its complete Markdown draws in another way', () => {
    expect(
      read([
        '<p>It is *fair. Or',
        '<p>It is <em>fair. Or not</em>. Next',
        '<p>It is <em>fair. Or not</em>. Next.</p><ul><li>one',
      ]),
    ).toEqual([['It is *fair.'], expect.not.arrayContaining(['It is *fair.']), ['Next.', 'one.']]);
  });

  test('waits for the end of code and of a table, and names them', () => {
    const code =
      '<figure class="md-pre"><figcaption><span>python</span><button>Copy</button></figcaption><pre>x = 1';
    const table =
      '<section class="md-table"><table><tr><th>Room</th><th>Days</th></tr><tr><td>Bath</td><td>4</td></tr>';
    expect(
      read([
        code,
        `${code} + 1</pre></figure>${table}`,
        `${code}</pre></figure>${table}</table></section><p>Done.`,
      ]),
    ).toEqual([[], ['Code block, python.'], ['Table, Room, Days.', 'Done.']]);
  });
});

describe('what is said of an answer', () => {
  const said = (html: string, locale?: string) => read([html], locale)[0];

  test('is its words without controls, citations and notes', () => {
    expect(
      said(
        '<p>Water it<a class="cite">1</a> slowly<sup><a href="#n">2</a></sup>. <b>Bold</b> &lt;tag&gt;.</p><button>Copy</button>',
      ),
    ).toEqual(['Water it slowly.', 'Bold <tag>.']);
  });

  test('has the numbers of a list, also of one with paragraphs in it and of a nested one', () => {
    expect(said('<ol start="3"><li><p>Take it.</p><ul><li>gently</li></ul></li><li>Go.</li></ol>')).toEqual([
      '3. Take it.',
      'gently.',
      '4. Go.',
    ]);
  });

  test('has the names of pictures and the text of formulas', () => {
    expect(
      said(
        '<p>See <img alt="a fern"> and <math><mi>x</mi><mo>=</mo><mn>1</mn><annotation>x = 1</annotation></math>.</p>',
      ),
    ).toEqual(['See a fern and x=1.']);
  });

  test('ends its sentences as its language does', () => {
    expect(said('<p>シダは湿った土を好みます。水を与えすぎないでください。</p>', 'ja')).toEqual([
      'シダは湿った土を好みます。',
      '水を与えすぎないでください。',
    ]);
    expect(said('<p>يحب السرخس الرطوبة. هل هو جاف؟ نعم.</p>', 'ar')).toHaveLength(3);
    expect(said('<p>Es kostet 3,5 Euro pro Monat! Ist das viel?</p>', 'de')).toHaveLength(2);
  });
});
