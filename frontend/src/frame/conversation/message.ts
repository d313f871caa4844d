import type { FrameApi } from '../../bridge/contract';
import type {
  Attachment,
  InferenceOptions,
  UserContent,
  UserMessageInput,
  UserMessageItem,
} from '../../protocol/types';

/** A message before it is sent. */
export type Message = {
  content: UserContent[];
  attachments: Attachment[];
  quoted_text: string | null;
  inference_options: InferenceOptions;
};

/** A message as the host page's `sendUserMessage` describes it. */
export function messageFrom(params: Parameters<FrameApi['sendUserMessage']>[0]): Message {
  const { text = '', content, attachments, reply, toolChoice, model } = params;
  return {
    content: content?.map(withData) ?? [{ type: 'input_text', text }],
    attachments: (attachments as Attachment[]) ?? [],
    quoted_text: reply ?? null,
    inference_options: { ...(toolChoice && { tool_choice: toolChoice }), ...(model && { model }) },
  };
}

/** The server wants the data of a tag, which a page may leave out. */
function withData(part: UserContent): UserContent {
  return part.type === 'input_tag' ? { ...part, data: part.data ?? {} } : part;
}

/** A message that was sent before. */
export const messageAgain = ({
  content,
  attachments,
  quoted_text,
  inference_options,
}: UserMessageItem): Message => ({
  content,
  attachments: attachments ?? [],
  quoted_text: quoted_text ?? null,
  inference_options: inference_options ?? {},
});

/** A message as it is sent. */
export const inputOf = ({ attachments, ...message }: Message): UserMessageInput => ({
  ...message,
  attachments: attachments.map(({ id }) => id),
});
