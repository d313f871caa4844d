import { CornerDownRight } from 'lucide-react';
import { Fragment, useLayoutEffect, useRef, useState } from 'react';
import { useText } from '../../language/language';
import { isPending } from '../../protocol/thread-state';
import type { UserContent, UserMessageItem } from '../../protocol/types';
import { MessageEditor } from '../branches/MessageEditor';
import { useConversation } from '../context';
import { EntityTag } from '../entities/EntityTag';
import { useStore } from '../store';
import { Attachments } from './Attachments';

export function UserMessage({ item }: { item: UserMessageItem }) {
  const text = useText();
  const { branches } = useConversation();
  const edit = useStore(branches.edit, (open) => (open?.itemId === item.id ? open : null));
  return (
    <article
      className="user"
      data-item={item.id}
      aria-label={text.message.question}
      data-pending={isPending(item) ? '' : undefined}
    >
      {item.quoted_text && (
        <blockquote className="quote">
          <CornerDownRight size={14} aria-hidden />
          <span dir="auto">{item.quoted_text}</span>
        </blockquote>
      )}
      <Attachments attachments={item.attachments ?? []} />
      {edit ? (
        <MessageEditor item={item} edit={edit} />
      ) : (
        item.content.length > 0 && <Bubble content={item.content} />
      )}
    </article>
  );
}

/** A pasted text may be longer than the answer to it: the beginning will do. */
function Bubble({ content }: { content: UserContent[] }) {
  const text = useText();
  const [all, setAll] = useState(false);
  const [cut, setCut] = useState(false);
  const words = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other words have another height
  useLayoutEffect(() => {
    const element = words.current;
    if (element && !all) setCut(element.scrollHeight > element.clientHeight + 1);
  }, [content, all]);
  return (
    <div className="bubble" dir="auto">
      <div
        className="bubble-words"
        ref={words}
        data-all={all ? '' : undefined}
        data-cut={cut ? '' : undefined}
      >
        {content.map((part, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of a sent message never move
          <Fragment key={at}>{part.type === 'input_tag' ? <EntityTag tag={part} /> : part.text}</Fragment>
        ))}
      </div>
      {(cut || all) && (
        <button type="button" className="bubble-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? text.message.less : text.message.more}
        </button>
      )}
    </div>
  );
}
