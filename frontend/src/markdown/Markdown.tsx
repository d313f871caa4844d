import { memo, useId, useLayoutEffect, useMemo, useRef } from 'react';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { copyWithFormulas } from './copy';
import { definitionsFor, definitionsOf } from './definitions';
import { limitNesting } from './limit-nesting';
import { Notes, NotesContext } from './Notes';
import { Plain, type RenderMark, RenderMarkContext, Section } from './Section';
import { sectionsOf } from './sections';

export type { RenderMark } from './Section';

const nothing: RenderMark = () => null;

/** `renderMark` stays the same function while nothing about the marks changes: they are all drawn again with it. */
type Props = { text: string; streaming?: boolean; renderMark?: RenderMark };

export const Markdown = memo(function Markdown({ text, streaming = false, renderMark = nothing }: Props) {
  return (
    <RenderMarkContext value={renderMark}>
      {/* What no parser gets through is not tried again with each word that follows. */}
      <ErrorBoundary
        resetKey={null}
        name="Markdown"
        fallback={
          <div className="md">
            <Plain text={text} />
          </div>
        }
      >
        <Sections text={limitNesting(text)} streaming={streaming} />
      </ErrorBoundary>
    </RenderMarkContext>
  );
});

function Sections({ text, streaming }: { text: string; streaming: boolean }) {
  const sections = useSections(text);
  const definitions = useMemo(() => definitionsOf(text, streaming), [text, streaming]);
  const scope = useId();
  const { notes, numbers } = definitions;
  const numbered = useMemo(() => ({ notes, numbers, scope }), [notes, numbers, scope]);
  return (
    <NotesContext value={numbered}>
      <div className="md" onCopy={copyWithFormulas}>
        {sections.map((section, at) => (
          <Section
            // biome-ignore lint/suspicious/noArrayIndexKey: sections are only ever added at the end
            key={at}
            text={section}
            definitions={definitionsFor(section, definitions)}
            growing={streaming && at === sections.length - 1}
          />
        ))}
        {numbers.size > 0 && (
          <Notes>
            {(note) => (
              <Section text={note} definitions={definitionsFor(note, definitions)} growing={streaming} />
            )}
          </Notes>
        )}
      </div>
    </NotesContext>
  );
}

function useSections(text: string): string[] {
  const before = useRef<string[]>([]);
  const sections = useMemo(() => sectionsOf(text, before.current), [text]);
  useLayoutEffect(() => {
    before.current = sections;
  }, [sections]);
  return sections;
}
