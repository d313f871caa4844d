import { CornerDownRight } from 'lucide-react';
import { isPending } from '../../protocol/thread-state';
import type { UserMessageItem } from '../../protocol/types';
import { TagChip } from '../Tag';
import { Attachments } from './Attachments';

export function UserMessage({ item }: { item: UserMessageItem }) {
  return (
    <article className="user" aria-label="You said" data-pending={isPending(item) ? '' : undefined}>
      {item.quoted_text && (
        <blockquote className="quote">
          <CornerDownRight size={14} aria-hidden />
          <span>{item.quoted_text}</span>
        </blockquote>
      )}
      <Attachments attachments={item.attachments ?? []} />
      {item.content.length > 0 && (
        <div className="bubble" dir="auto">
          {item.content.map((part, at) =>
            part.type === 'input_tag' ? (
              <TagChip key={part.id} tag={part} />
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts of a sent message never move
              <span key={at}>{part.text}</span>
            ),
          )}
        </div>
      )}
    </article>
  );
}
