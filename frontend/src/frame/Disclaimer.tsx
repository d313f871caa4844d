import { Markdown } from '../markdown/Markdown';
import { OwnOriginsContext } from '../ui/image-sources';
import { everyLink, LinkPolicyContext } from '../ui/link-policy';
import { useChat } from './context';
import { useStore } from './store';

/** What fits into two lines of a phone. */
const SHORT = 100;

/**
 * Below the composer; where the chat is low, or narrow and the text long, it `scrolls` with the conversation instead.
 * frame.css shows one of them.
 */
export function Disclaimer({ scrolls = false }: { scrolls?: boolean }) {
  const { disclaimer } = useStore(useChat().options);
  if (!disclaimer?.text) return null;
  return (
    <div
      className="disclaimer"
      data-contrast={disclaimer.highContrast ? '' : undefined}
      data-long={widthOf(disclaimer.text) > SHORT ? '' : undefined}
      data-scrolls={scrolls ? '' : undefined}
    >
      <LinkPolicyContext value={everyLink}>
        <OwnOriginsContext value="any">
          <Markdown text={disclaimer.text} />
        </OwnOriginsContext>
      </LinkPolicyContext>
    </div>
  );
}

/** In letters, of which a Chinese or Japanese one has the room of two. */
const widthOf = (text: string) => text.length + (text.match(/[\u2e80-\uffff]/g)?.length ?? 0);
