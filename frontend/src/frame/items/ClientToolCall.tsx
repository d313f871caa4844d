import { Unplug, Wrench } from 'lucide-react';
import { useText } from '../../language/language';
import type { ClientToolCallItem } from '../../protocol/types';

/** What an answer asks of the page is displayed by the page; here, only that it is being waited for. */
export function ClientToolCall({ item, running }: { item: ClientToolCallItem; running: boolean }) {
  const text = useText();
  if (item.status !== 'pending') return null;
  return running ? (
    <p className="note">
      <Wrench size={14} aria-hidden /> <span className="shimmer">{text.work.waiting}</span>
    </p>
  ) : (
    <p className="note">
      <Unplug size={14} aria-hidden /> {text.work.unanswered}
    </p>
  );
}
