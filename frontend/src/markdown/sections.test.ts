import { describe, expect, test } from 'vitest';
import { sectionsOf } from './sections';

const paragraphs = (count: number, more = '') =>
  Array.from({ length: count }, (_, at) => `Paragraph ${at} ${'with a few words '.repeat(12)}${more}`).join(
    '\n\n',
  );

describe('a long text', () => {
  test('is cut between blocks, and put together again it is the text', () => {
    const text = `${paragraphs(30)}\n\n\`\`\`py\n${'x = 1\n\n'.repeat(400)}\`\`\`\n\n${paragraphs(20)}`;
    const sections = sectionsOf(text);
    expect(sections.length).toBeGreaterThan(4);
    expect(sections.join('')).toBe(text);
    for (const section of sections) expect((section.match(/^```/gm) ?? []).length % 2).toBe(0);
  });

  test('keeps the sections it had while it grows, whatever it is cut into by the wire', () => {
    const text = `${paragraphs(40)}\n\n- one\n\n- two\n\n${paragraphs(20, '[^a-z]')}`;
    let before: string[] = [];
    let longestLast = 0;
    for (let end = 1; end < text.length; end += 61) {
      const sections = sectionsOf(text.slice(0, end), before);
      expect(sections.join('')).toBe(text.slice(0, end));
      before.slice(0, -1).forEach((section, at) => {
        expect(sections[at]).toBe(section);
      });
      longestLast = Math.max(longestLast, sections.at(-1)?.length ?? 0);
      before = sections;
    }
    // What is parsed with each word does not grow with the answer.
    expect(longestLast).toBeLessThan(4_000);
  });

  test('is cut where a growing one was cut', () => {
    const text = paragraphs(60);
    let before: string[] = [];
    for (let end = 0; end <= text.length; end += 97) before = sectionsOf(text.slice(0, end), before);
    expect(sectionsOf(text, before)).toEqual(sectionsOf(text));
  });

  test('that was changed further up is cut anew from there', () => {
    const text = paragraphs(40);
    const before = sectionsOf(text);
    const changed = text.replace('Paragraph 20', 'Paragraph twenty');
    const sections = sectionsOf(changed, before);
    expect(sections.join('')).toBe(changed);
    expect(sections[0]).toBe(before[0]);
  });

  test('with footnotes or addresses at its end is cut all the same', () => {
    const text = `${paragraphs(40)} [docs] and a note[^1]\n\n[docs]: https://example.com\n[^1]: A note.`;
    expect(sectionsOf(text).length).toBeGreaterThan(4);
    expect(sectionsOf(text).join('')).toBe(text);
  });

  test('with another system’s line ends is not torn apart', () => {
    const text = paragraphs(40).replaceAll('\n', '\r\n');
    expect(sectionsOf(text).join('')).toBe(text);
  });
});
