/*
 * The contract between the host page and the frame. The frame may live on another origin, so nothing but
 * structured-clone data crosses: options travel without their functions, the functions are called by path,
 * and every HTTP request to `api.url` is made by the host page, whose cookies and custom fetch count. What can be
 * done in the frame is done there, so that the script of the host page stays small.
 */
import type { ChatKitEvents, OpenAIChatKit } from '@openai/chatkit';
import type { SentOptions } from '../options/sendable-options';
import type { ConnectionChange } from '../resumable-fetch/run-stream';

export type BridgeRequest = {
  url: string;
  method: string;
  /** A plain object, as a page's own fetch gets it: pages spread it into another one. */
  headers: Record<string, string>;
  /**
   * A file is sent as the field "file" of a form, as ChatKit's direct uploads are. Bytes that are no file are sent as
   * they are and past the page's own fetch: the address that they go to is the permission.
   */
  body: string | Blob | null;
  /** The request is to be made even if the page is left meanwhile. */
  keepalive?: boolean;
};

/** What the host sends back over a request's own port, in this order; the connection may come and go meanwhile. */
export type BridgeResponse =
  | { type: 'sent'; part: number }
  | { type: 'head'; status: number; statusText: string; headers: [string, string][] }
  | { type: 'connection'; connection: ConnectionChange }
  | { type: 'chunk'; bytes: Uint8Array<ArrayBuffer> }
  | { type: 'end' }
  | { type: 'failed'; aborted: boolean; reason: string };

export const ABORT = 'abort';

type NameOf<Event> = Event extends `chatkit.${infer Name}` ? Name : never;
/** The events of the element, as OpenAI's types name them, without their "chatkit.". */
export type EventName = NameOf<keyof ChatKitEvents>;

type Methods =
  | 'focusComposer'
  | 'setThreadId'
  | 'sendUserMessage'
  | 'setComposerValue'
  | 'fetchUpdates'
  | 'sendCustomAction'
  | 'showHistory'
  | 'hideHistory';

/** What an element remembers of its frame, which loads anew when the element is moved in the document. */
export type Kept = {
  threadId?: string | null;
  /** What was written and chosen; only the frame knows what is in it. */
  composer?: unknown;
};

export type FrameApi = Pick<OpenAIChatKit, Exclude<Methods, 'setThreadId'>> & {
  setOptions(options: SentOptions, kept?: Kept): void;
  /** itemId, of ours alone: the message to bring into view. */
  setThreadId(threadId: string | null, itemId?: string): Promise<void>;
};

export type HostApi = {
  /** The frame is there, and answers calls. */
  connect(): void;
  request(request: BridgeRequest, port: MessagePort): void;
  invoke(path: string, args: unknown[]): unknown;
  emit(name: EventName, detail?: unknown): void;
  fail(message: string, name?: string): void;
  /** A sentence for the developer of the page, which the element displays in development; "" takes it back. */
  misconfigured(message: string): void;
  /** Why requests of the page to this address fail, as far as it can be found out. */
  faultOf(url: string): Promise<string | null>;
  keep(composer: unknown): void;
};
