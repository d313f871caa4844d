import { useCallback, useMemo, useRef } from 'react';
import { useText } from '../../language/language';
import { Markdown } from '../../markdown/Markdown';
import type { Annotation, AssistantContent, AssistantMessageItem } from '../../protocol/types';
import { renderCitation } from '../sources/CitationMark';
import { type Citation, numberCitations, textWithMarks } from '../sources/citations';
import { Sources } from '../sources/Sources';

export function AssistantMessage({ item, streaming }: { item: AssistantMessageItem; streaming: boolean }) {
  const text = useText();
  const citations = useCitations(item.content);
  return (
    <article className="assistant" data-item={item.id} aria-label={text.message.answer}>
      {item.content.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the wire names parts by their index
        <Part key={at} part={part} citations={citations} streaming={streaming} />
      ))}
      {!streaming && <Sources citations={citations} />}
    </article>
  );
}

type PartProps = { part: AssistantContent; citations: Citation[]; streaming: boolean };

function Part({ part, citations, streaming }: PartProps) {
  const text = useMemo(() => textWithMarks(part, citations), [part, citations]);
  const renderMark = useCallback((number: number) => renderCitation(citations, number), [citations]);
  return <Markdown text={text} streaming={streaming} renderMark={renderMark} />;
}

/** The same as long as the annotations are: a new word is no reason to draw every mark again. */
function useCitations(content: AssistantContent[]): Citation[] {
  const known = useRef<{ of: (Annotation[] | undefined)[]; citations: Citation[] }>({
    of: [],
    citations: [],
  });
  const of = content.map((part) => part.annotations);
  const same = of.length === known.current.of.length && of.every((list, at) => list === known.current.of[at]);
  if (!same) known.current = { of, citations: numberCitations(content) };
  return known.current.citations;
}
