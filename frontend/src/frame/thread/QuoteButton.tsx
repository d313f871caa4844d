import { TextQuote } from 'lucide-react';
import { type RefObject, useEffect, useState } from 'react';
import { useText } from '../../language/language';
import { useChat } from '../context';

type Selected = { text: string; top: number; left: number };

/** Room for the button below what is selected, in pixels. */
const BELOW = 8;

/** What is selected of an answer can be asked about: the question carries it as a quote. */
export function QuoteButton({ scroller }: { scroller: RefObject<HTMLElement | null> }) {
  const chat = useChat();
  const text = useText();
  const selected = useSelected(scroller);
  if (!selected) return null;
  const quote = async () => {
    await chat.methods.setComposerValue({ reply: selected.text });
    getSelection()?.removeAllRanges();
    await chat.focusComposer();
  };
  return (
    <button
      type="button"
      className="quote-button"
      style={{ top: selected.top, left: selected.left }}
      // A press would end the selection before the click is there.
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => void quote()}
    >
      <TextQuote size={15} aria-hidden /> {text.thread.quote}
    </button>
  );
}

/** Where the selection ends within the box around the thread; null while there is none, or while it is being made. */
function useSelected(scroller: RefObject<HTMLElement | null>): Selected | null {
  const [selected, setSelected] = useState<Selected | null>(null);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let pressed = false;
    const look = () => setSelected(pressed ? null : selectionIn(element));
    const press = () => {
      pressed = true;
    };
    const release = () => {
      pressed = false;
      look();
    };
    element.addEventListener('pointerdown', press);
    element.addEventListener('scroll', look, { passive: true });
    addEventListener('pointerup', release);
    addEventListener('pointercancel', release);
    document.addEventListener('selectionchange', look);
    return () => {
      element.removeEventListener('pointerdown', press);
      element.removeEventListener('scroll', look);
      removeEventListener('pointerup', release);
      removeEventListener('pointercancel', release);
      document.removeEventListener('selectionchange', look);
    };
  }, [scroller]);
  return selected;
}

function selectionIn(element: HTMLElement): Selected | null {
  const selection = getSelection();
  const text = selection?.toString().trim();
  if (!selection?.rangeCount || selection.isCollapsed || !text) return null;
  const range = selection.getRangeAt(0);
  if (!isOfAnswer(range.startContainer) || !isOfAnswer(range.endContainer)) return null;
  if (!element.contains(range.commonAncestorContainer)) return null;
  const around = element.getBoundingClientRect();
  const end = [...range.getClientRects()].at(-1) ?? range.getBoundingClientRect();
  const top = end.bottom - around.top + BELOW;
  if (top < 0 || top > around.height) return null;
  const left = Math.min(Math.max(end.right - around.left, 90), around.width - 90);
  return { text, top, left };
}

function isOfAnswer(node: Node): boolean {
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest('.assistant') != null;
}
