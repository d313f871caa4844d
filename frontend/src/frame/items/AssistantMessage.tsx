import { useMemo } from 'react';
import type { AssistantMessageItem } from '../../protocol/types';
import { marked, numbered } from '../citations';
import { Markdown } from '../Markdown';
import { Sources } from '../Sources';

export function AssistantMessage({ item, streaming }: { item: AssistantMessageItem; streaming: boolean }) {
  const citations = useMemo(() => numbered(item.content), [item.content]);
  return (
    <article className="assistant" aria-label="Answer">
      {item.content.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the wire names parts by their index
        <Markdown key={at} text={marked(part, citations)} streaming={streaming} citations={citations} />
      ))}
      {!streaming && <Sources citations={citations} />}
    </article>
  );
}
