/*
 * Where an answer cites a source: its number, or the inline label of an entity. While the pointer or the focus is on
 * it, and after the first tap of a finger, a card has what is known of the source. The card stays while the pointer is
 * on it, and Escape puts it away.
 */
import { ExternalLink } from 'lucide-react';
import { type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useText } from '../../language/language';
import type { Source } from '../../protocol/types';
import { useEscape } from '../../ui/use-escape';
import { isIcon, NamedIcon } from '../../widgets/icons';
import type { Citation } from './citations';
import { aboutOf, hrefOf, SourceIcon, SourceLink, siteOf } from './Sources';

/** The mark of a citation; nothing for a number that no citation has. */
export function renderCitation(citations: Citation[], number: number): ReactNode {
  const citation = citations.find((known) => known.number === number);
  return citation ? <CitationMark citation={citation} /> : null;
}

function CitationMark({ citation: { number, source } }: { citation: Citation }) {
  const label = useText().message.source(number);
  const isEntity = source.type === 'entity';
  const inline = isEntity && (source.inline_label || isIcon(source.icon)) ? source : null;
  const content = inline ? (
    <>
      <NamedIcon name={inline.icon} size={11} />
      {inline.inline_label}
    </>
  ) : (
    number
  );
  const className = inline ? 'cite cite-entity' : 'cite';
  // The host page has a preview of its own for these.
  if (isEntity && source.interactive) {
    return (
      <SourceLink className={className} source={source} label={label}>
        {content}
      </SourceLink>
    );
  }
  return (
    <MarkWithCard
      className={className}
      source={source}
      label={`${label}: ${aboutOf(source).split('\n', 1)[0]}`}
    >
      {content}
    </MarkWithCard>
  );
}

type MarkProps = { source: Source; className: string; label: string; children: ReactNode };

function MarkWithCard({ source, className, label, children }: MarkProps) {
  const card = useCard();
  const id = useId();
  const href = hrefOf(source);
  const shared = {
    className,
    'aria-label': label,
    'aria-describedby': card.at ? id : undefined,
    ...card.handlers,
  };
  return (
    <>
      {href ? (
        <a {...shared} href={href} target="_blank" rel="noopener noreferrer">
          {children}
        </a>
      ) : (
        <button {...shared} type="button" aria-expanded={card.at !== null}>
          {children}
        </button>
      )}
      {card.at && createPortal(<Card id={id} source={source} card={card} at={card.at} />, document.body)}
    </>
  );
}

/** A pointer that only passes by opens nothing, and one on its way to the card does not close it. */
const REST_MS = 150;
const GRACE_MS = 250;

function useCard() {
  const [at, setAt] = useState<DOMRect | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const mark = useRef<Element>(null);
  const finger = useRef(false);
  const isOnCard = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!at) return;
    const follow = () => {
      const place = mark.current?.getBoundingClientRect();
      setAt(place && place.bottom > 0 && place.top < innerHeight ? place : null);
    };
    const onPress = ({ target }: Event) =>
      target instanceof Element && !target.closest('.source-card, .cite') && setAt(null);
    const passive = { capture: true, passive: true };
    addEventListener('scroll', follow, passive);
    addEventListener('resize', follow);
    addEventListener('pointerdown', onPress);
    return () => {
      removeEventListener('scroll', follow, passive);
      removeEventListener('resize', follow);
      removeEventListener('pointerdown', onPress);
    };
  }, [at]);

  useEscape(at !== null, () => setAt(null));

  const show = (element: Element) => {
    mark.current = element;
    isOnCard.current = false;
    setAt(element.getBoundingClientRect());
  };
  const later = (work: () => void, ms: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(work, ms);
  };
  const hideSoon = () => later(() => setAt(null), GRACE_MS);
  return {
    at,
    stay: () => {
      isOnCard.current = true;
      clearTimeout(timer.current);
    },
    leave: () => {
      isOnCard.current = false;
      hideSoon();
    },
    handlers: {
      onPointerEnter: ({ pointerType, currentTarget }: PointerEvent) => {
        if (pointerType === 'mouse') later(() => show(currentTarget), REST_MS);
      },
      onPointerLeave: ({ pointerType }: PointerEvent) => pointerType === 'mouse' && hideSoon(),
      onPointerDown: ({ pointerType }: PointerEvent) => {
        finger.current = pointerType !== 'mouse';
      },
      onFocus: ({ currentTarget }: { currentTarget: Element }) => {
        if (currentTarget.matches(':focus-visible') && !finger.current) show(currentTarget);
      },
      // A press on the card takes the focus from the mark.
      onBlur: () => isOnCard.current || setAt(null),
      onClick: (event: { currentTarget: Element; preventDefault(): void }) => {
        const opens = event.currentTarget instanceof HTMLAnchorElement && !finger.current;
        if (opens) return;
        event.preventDefault();
        if (at) setAt(null);
        else show(event.currentTarget);
      },
      onKeyDown: () => {
        finger.current = false;
      },
    },
  };
}

const GAP = 6;
const EDGE = 8;
const WIDTH = 320;

type CardProps = { id: string; source: Source; card: ReturnType<typeof useCard>; at: DOMRect };

function Card({ id, source, card, at }: CardProps) {
  const text = useText();
  const href = hrefOf(source);
  const site = siteOf(source);
  const left = Math.max(EDGE, Math.min(at.left, innerWidth - WIDTH - EDGE));
  const above = at.top > innerHeight - at.bottom;
  return (
    <div
      id={id}
      className="source-card"
      role="note"
      style={{ left, ...(above ? { bottom: innerHeight - at.top + GAP } : { top: at.bottom + GAP }) }}
      onPointerEnter={card.stay}
      // A finger leaves before its click is there.
      onPointerLeave={({ pointerType }) => pointerType === 'mouse' && card.leave()}
    >
      {site && (
        <p className="source-card-site">
          <SourceIcon source={source} />
          <span dir="auto">{site}</span>
        </p>
      )}
      <p className="source-card-title" dir="auto">
        {source.title}
      </p>
      {source.description && <blockquote dir="auto">{source.description}</blockquote>}
      {source.timestamp && <p className="source-card-site">{source.timestamp}</p>}
      {href && (
        <a className="source-card-open" href={href} target="_blank" rel="noopener noreferrer">
          {text.widgets.open} <ExternalLink size={14} aria-hidden />
        </a>
      )}
    </div>
  );
}
