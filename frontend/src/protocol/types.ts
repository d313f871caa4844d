/** The ChatKit wire as the server sends it (None fields are left out, so almost everything is optional). */

export type Page<T> = { data: T[]; has_more: boolean; after?: string | null };

export type ThreadStatus =
  | { type: 'active' }
  | { type: 'locked'; reason?: string | null }
  | { type: 'closed'; reason?: string | null };

export type ThreadMetadata = {
  id: string;
  title?: string | null;
  created_at: string;
  status?: ThreadStatus;
  allowed_image_domains?: string[] | null;
  metadata?: Record<string, unknown>;
};

export type Thread = ThreadMetadata & { items: Page<ThreadItem> };

type SourceBase = { title: string; description?: string; timestamp?: string; group?: string };
export type UrlSource = SourceBase & {
  type: 'url';
  url: string;
  attribution?: string;
};
export type FileSource = SourceBase & { type: 'file'; filename: string };
export type EntitySource = SourceBase & {
  type: 'entity';
  id: string;
  icon?: string;
  /** Beside the title; `inline_label` stands in the middle of the text, where the answer points to the entity. */
  label?: string;
  inline_label?: string;
  interactive?: boolean;
  data?: Record<string, unknown>;
};
export type Source = UrlSource | FileSource | EntitySource;
export type Annotation = { type: 'annotation'; source: Source; index?: number | null };

export type AssistantContent = { type: 'output_text'; text: string; annotations: Annotation[] };

export type UserContent =
  | { type: 'input_text'; text: string }
  | {
      type: 'input_tag';
      id: string;
      text: string;
      data?: Record<string, unknown>;
      group?: string;
      interactive?: boolean;
    };

export type Attachment = {
  type: 'file' | 'image';
  id: string;
  name: string;
  mime_type: string;
  preview_url?: string;
  /** Where the bytes go, between the two phases of an upload. */
  upload_descriptor?: { url: string; method: 'POST' | 'PUT'; headers?: Record<string, string> } | null;
};
export type InferenceOptions = { tool_choice?: { id: string } | null; model?: string | null };
export type UserMessageInput = {
  content: UserContent[];
  attachments: string[];
  quoted_text: string | null;
  inference_options: InferenceOptions;
};

export type StatusIndicator = 'none' | 'loading' | 'complete';
export type Task = { status_indicator?: StatusIndicator } & (
  | { type: 'custom'; title?: string; icon?: string; content?: string }
  | { type: 'web_search'; title?: string; title_query?: string; queries?: string[]; sources?: UrlSource[] }
  | { type: 'thought'; title?: string; content: string }
  | { type: 'file'; title?: string; sources?: FileSource[] }
  | { type: 'image'; title?: string }
);
export type Workflow = {
  type: 'custom' | 'reasoning';
  tasks: Task[];
  summary?: { title: string; icon?: string } | { duration: number } | null;
  expanded?: boolean;
};

export type StructuredAnswer = { values: string[]; skipped?: boolean };
export type StructuredQuestion = { id: string; question: string; answer?: StructuredAnswer | null } & (
  | { type: 'multiple_choice'; options: { value: string }[]; multiple?: boolean }
  | { type: 'freeform'; description?: string | null }
);

export type ActionConfig = {
  type: string;
  payload?: unknown;
  handler?: 'client' | 'server';
  loadingBehavior?: 'auto' | 'none' | 'self' | 'container';
  streaming?: boolean;
};

/** A widget tree is data from the server: a node's props are read one by one where it is drawn. */
export type WidgetNode = { type: string; id?: string; key?: string; children?: unknown } & Record<
  string,
  unknown
>;

type ItemBase = { id: string; thread_id: string; created_at: string };
export type UserMessageItem = ItemBase & {
  type: 'user_message';
  content: UserContent[];
  attachments?: Attachment[];
  quoted_text?: string | null;
  inference_options?: InferenceOptions;
};
export type AssistantMessageItem = ItemBase & { type: 'assistant_message'; content: AssistantContent[] };
export type ClientToolCallItem = ItemBase & {
  type: 'client_tool_call';
  status: 'pending' | 'completed';
  call_id: string;
  name: string;
  arguments: Record<string, unknown>;
};
export type WidgetItem = ItemBase & { type: 'widget'; widget: WidgetNode; copy_text?: string | null };
export type GeneratedImageItem = ItemBase & {
  type: 'generated_image';
  image?: { id: string; url: string } | null;
  /** Ours: the last progress the stream reported, 0 to 1. */
  progress?: number | null;
};
export type StructuredInputItem = ItemBase & {
  type: 'structured_input';
  status: 'pending' | 'answered' | 'skipped';
  inputs: StructuredQuestion[];
};
export type TaskItem = ItemBase & { type: 'task'; task: Task };
export type WorkflowItem = ItemBase & { type: 'workflow'; workflow: Workflow };
export type EndOfTurnItem = ItemBase & { type: 'end_of_turn' };
export type HiddenItem = ItemBase & { type: 'hidden_context_item' | 'sdk_hidden_context' };

export type ThreadItem =
  | UserMessageItem
  | AssistantMessageItem
  | ClientToolCallItem
  | WidgetItem
  | GeneratedImageItem
  | StructuredInputItem
  | TaskItem
  | WorkflowItem
  | EndOfTurnItem
  | HiddenItem;

export type ItemUpdate =
  | { type: 'assistant_message.content_part.added'; content_index: number; content: AssistantContent }
  | { type: 'assistant_message.content_part.text_delta'; content_index: number; delta: string }
  | {
      type: 'assistant_message.content_part.annotation_added';
      content_index: number;
      annotation_index: number;
      annotation: Annotation;
    }
  | { type: 'assistant_message.content_part.done'; content_index: number; content: AssistantContent }
  | { type: 'widget.streaming_text.value_delta'; component_id: string; delta: string; done: boolean }
  | { type: 'widget.root.updated'; widget: WidgetNode }
  | { type: 'widget.component.updated'; component_id: string; component: WidgetNode }
  | { type: 'workflow.task.added'; task_index: number; task: Task }
  | { type: 'workflow.task.updated'; task_index: number; task: Task }
  | { type: 'generated_image.updated'; image: { id: string; url: string }; progress?: number | null };

export type NoticeEvent = {
  type: 'notice';
  level: 'info' | 'warning' | 'danger';
  message: string;
  title?: string | null;
};
export type ErrorEvent = { type: 'error'; code?: string; message?: string | null; allow_retry?: boolean };

/** Of an answer that is not whole: the message that was answered, and the newest item at that time. */
export type Ending = {
  item_id: string;
  after?: string | null;
  status: 'cancelled' | 'failed' | 'interrupted';
  error?: ErrorEvent | null;
};

/** The state of a run. `retried`: the message that it answers anew. */
export type RunState = {
  id: string;
  status: 'running' | 'completed' | 'cancelled' | 'failed' | 'interrupted';
  retried?: string | null;
  error?: ErrorEvent | null;
};

export type ThreadEvent =
  | { type: 'thread.created'; thread: Thread }
  | { type: 'thread.updated'; thread: Thread }
  | { type: 'thread.item.added'; item: ThreadItem }
  | { type: 'thread.item.updated'; item_id: string; update: ItemUpdate }
  | { type: 'thread.item.done'; item: ThreadItem }
  | { type: 'thread.item.removed'; item_id: string }
  | { type: 'thread.item.replaced'; item: ThreadItem }
  | { type: 'stream_options'; stream_options: { allow_cancel: boolean } }
  | { type: 'progress_update'; icon?: string | null; text: string }
  | { type: 'client_effect'; name: string; data?: Record<string, unknown> }
  | ErrorEvent
  | NoticeEvent;
