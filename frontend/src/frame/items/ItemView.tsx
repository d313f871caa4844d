import { Wrench } from 'lucide-react';
import { memo, useCallback } from 'react';
import type { ActionConfig, GeneratedImageItem, ThreadItem, WidgetItem } from '../../protocol/types';
import { WidgetView } from '../../widgets/WidgetView';
import { useConversation } from '../context';
import { useRefusal } from '../use-refusal';
import { AssistantMessage } from './AssistantMessage';
import { StructuredInput } from './StructuredInput';
import { UserMessage } from './UserMessage';
import { TaskView, Workflow } from './Workflow';

type Props = { item: ThreadItem; streaming: boolean };

export const ItemView = memo(function ItemView({ item, streaming }: Props) {
  switch (item.type) {
    case 'user_message':
      return <UserMessage item={item} />;
    case 'assistant_message':
      return <AssistantMessage item={item} streaming={streaming} />;
    case 'widget':
      return <Widget item={item} />;
    case 'workflow':
      return <Workflow workflow={item.workflow} streaming={streaming} />;
    case 'task':
      return <TaskView task={item.task} />;
    case 'structured_input':
      return <StructuredInput item={item} />;
    case 'generated_image':
      return <GeneratedImage item={item} />;
    case 'client_tool_call':
      return item.status === 'pending' ? (
        <p className="note">
          <Wrench size={14} aria-hidden /> <span className="shimmer">Waiting for this page…</span>
        </p>
      ) : null;
    default:
      return null;
  }
});

function Widget({ item }: { item: WidgetItem }) {
  const conversation = useConversation();
  const refusal = useRefusal(conversation);
  const run = useCallback((action: ActionConfig) => conversation.act(action, item), [conversation, item]);
  const fail = useCallback((message: string) => conversation.tellPage(message), [conversation]);
  return <WidgetView item={item} run={run} refusal={refusal} fail={fail} />;
}

function GeneratedImage({ item: { image, progress } }: { item: GeneratedImageItem }) {
  const unfinished = typeof progress === 'number' && progress < 1;
  return (
    <figure className="generated" data-unfinished={!image || unfinished ? '' : undefined}>
      {image && <img src={image.url} alt="Made for this answer" />}
      {(!image || unfinished) && (
        <progress max={1} value={progress ?? undefined} aria-label="Creating the image" />
      )}
    </figure>
  );
}
