import { Info } from 'lucide-react';
import { memo, useCallback, useRef } from 'react';
import { useText } from '../../language/language';
import type { ActionConfig, ThreadItem, WidgetItem } from '../../protocol/types';
import { BrokenNote, ErrorBoundary } from '../../ui/ErrorBoundary';
import { WidgetView } from '../../widgets/WidgetView';
import { useChat, useConversation } from '../context';
import { useBlockedReason } from '../conversation/use-blocked-reason';
import { isNotice } from '../thread/turns';
import { AssistantMessage } from './AssistantMessage';
import { ClientToolCall } from './ClientToolCall';
import { GeneratedImage } from './GeneratedImage';
import { StructuredInput } from './StructuredInput';
import { TaskView } from './TaskView';
import { UserMessage } from './UserMessage';
import { useRefresh } from './use-refresh';
import { WorkflowView } from './WorkflowView';

/** `streaming`: the stream has opened this item and not yet closed it. `running`: its answer is being written. */
type Props = { item: ThreadItem; streaming: boolean; running: boolean };

/** A server of another make may send an item that is not what it should be: it costs nothing but itself. */
export const ItemView = memo(function ItemView(props: Props) {
  const { item } = props;
  const conversation = useConversation();
  const fail = (message: string) => conversation.reportToHost(message);
  return (
    <ErrorBoundary resetKey={item} name={`item "${item.type}"`} fail={fail} fallback={<BrokenItem />}>
      <Item {...props} />
    </ErrorBoundary>
  );
});

function BrokenItem() {
  const chat = useChat();
  const { frame } = useText();
  return (
    <p className="broken-item" role="alert">
      <BrokenNote />
      <button type="button" className="button" onClick={() => chat.reload()}>
        {frame.reload}
      </button>
    </p>
  );
}

function Item({ item, streaming, running }: Props) {
  switch (item.type) {
    case 'user_message':
      return <UserMessage item={item} />;
    case 'assistant_message':
      return <AssistantMessage item={item} streaming={streaming} />;
    case 'widget':
      return <Widget item={item} />;
    case 'workflow':
      return <WorkflowView workflow={item.workflow} streaming={streaming} />;
    case 'task':
      return isNotice(item) ? <Notice text={item.task.title ?? ''} /> : <TaskView task={item.task} />;
    case 'structured_input':
      return <StructuredInput item={item} />;
    case 'generated_image':
      return <GeneratedImage item={item} running={running} />;
    case 'client_tool_call':
      return <ClientToolCall item={item} running={running} />;
    case 'end_of_turn':
    case 'hidden_context_item':
    case 'sdk_hidden_context':
      return null;
    default:
      return null;
  }
}

function Notice({ text }: { text: string }) {
  return (
    <div className="task" role="note">
      <Info className="task-mark" size={14} aria-hidden />
      <p className="task-body" dir="auto">
        {text}
      </p>
    </div>
  );
}

function Widget({ item }: { item: WidgetItem }) {
  const conversation = useConversation();
  const blockedReason = useBlockedReason(conversation);
  const box = useRef<HTMLDivElement>(null);
  useRefresh(item, conversation, box);
  const run = useCallback((action: ActionConfig) => conversation.act(action, item), [conversation, item]);
  const fail = useCallback((message: string) => conversation.reportToHost(message), [conversation]);
  return <WidgetView ref={box} item={item} run={run} blockedReason={blockedReason} fail={fail} />;
}
