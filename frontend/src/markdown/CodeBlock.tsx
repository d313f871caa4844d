import { Check, Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../language/language';
import { useCopy } from '../ui/use-copy';
import type { HighlightedNode } from './highlight';
import { useHighlight } from './use-highlight';

type Props = { code: string; language: string | undefined; growing: boolean };

export function CodeBlock({ code, language, growing }: Props) {
  const highlighted = useHighlight(code, language?.toLowerCase(), growing);
  const { copied, copy } = useCopy();
  const { message } = useText();
  return (
    <figure className="md-pre">
      <figcaption>
        <span>{language ?? message.plain}</span>
        <button
          type="button"
          className="icon-button"
          aria-label={message.copyCode}
          title={message.copyCode}
          onClick={() => copy(code)}
        >
          {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        </button>
        <span className="visually-hidden" role="status">
          {copied && message.copied}
        </span>
      </figcaption>
      {/* Scrolls sideways, so the keyboard must be able to reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs keyboard focus */}
      <pre tabIndex={0} dir="ltr">
        <code>{highlighted ? drawn(highlighted) : code}</code>
      </pre>
    </figure>
  );
}

const drawn = (pieces: HighlightedNode[]): ReactNode[] =>
  pieces.map((piece, at) =>
    'text' in piece ? (
      piece.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name than their place
      <span key={at} className={piece.className}>
        {drawn(piece.children)}
      </span>
    ),
  );
