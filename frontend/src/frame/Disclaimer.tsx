import { Markdown } from '../markdown/Markdown';
import { OwnOriginsContext } from '../ui/image-sources';
import { everyLink, LinkPolicyContext } from '../ui/link-policy';
import { useChat } from './context';
import { useStore } from './store';

/** Below the composer; where the chat is low, it `scrolls` with the conversation instead. frame.css shows one of them. */
export function Disclaimer({ scrolls = false }: { scrolls?: boolean }) {
  const { disclaimer } = useStore(useChat().options);
  if (!disclaimer?.text) return null;
  return (
    <div
      className="disclaimer"
      data-contrast={disclaimer.highContrast ? '' : undefined}
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
