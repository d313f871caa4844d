import type { Tag } from './draft';

/**
 * Lies behind a text field, with the same text in the same places: it draws the tags that the field cannot, and gives
 * the field its height.
 */
export function FieldInk({ text, tags }: { text: string; tags: Tag[] }) {
  return (
    <div className="field-ink" aria-hidden dir="auto">
      {inkOf(text, tags)}
      {/* A line that has nothing on it yet is a line, too. */}
      {'\u200b'}
    </div>
  );
}

function inkOf(text: string, tags: Tag[]) {
  let from = 0;
  const ink = tags.flatMap(({ start, end }, at) => {
    const before = text.slice(from, start);
    from = end;
    return [
      before,
      // biome-ignore lint/suspicious/noArrayIndexKey: a tag is the stretch of text that it stands for
      <mark key={at} className="ink-tag" data-tag={at}>
        {text.slice(start, end)}
      </mark>,
    ];
  });
  return [...ink, text.slice(from)];
}
