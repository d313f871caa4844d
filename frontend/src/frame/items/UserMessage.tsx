import { CornerDownRight, FileText } from 'lucide-react';
import { isPending } from '../../protocol/thread-state';
import type { UserMessageItem } from '../../protocol/types';

export function UserMessage({ item }: { item: UserMessageItem }) {
  return (
    <article className="user" aria-label="You said" data-pending={isPending(item) ? '' : undefined}>
      {item.quoted_text && (
        <blockquote className="quote">
          <CornerDownRight size={14} aria-hidden />
          <span>{item.quoted_text}</span>
        </blockquote>
      )}
      {item.attachments?.map((attachment) => (
        <span key={attachment.id} className="attachment">
          <FileText size={14} aria-hidden /> {attachment.name}
        </span>
      ))}
      <div className="bubble" dir="auto">
        {item.content.map((part, at) =>
          part.type === 'input_tag' ? (
            <span key={part.id} className="tag">
              {part.text}
            </span>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of a sent message never move
            <span key={at}>{part.text}</span>
          ),
        )}
      </div>
    </article>
  );
}
