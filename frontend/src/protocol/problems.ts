/** Everything that can keep a request from being answered, as a sentence a person can read. */

export class ChatKitProblem extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly requestId?: string,
  ) {
    super(message);
    this.name = 'ChatKitProblem';
  }
}

/** The server could not be reached, or went away before the answer was complete. */
export class ConnectionLost extends Error {
  constructor(message = 'The server cannot be reached. Check your connection and try again.') {
    super(message);
    this.name = 'ConnectionLost';
  }
}

const sentences: Record<number, string> = {
  401: 'You are not signed in, or your session has ended.',
  403: 'You are not allowed to do this.',
  404: 'This conversation no longer exists.',
  409: 'This conversation does not accept messages right now.',
  413: 'This message is too long to be sent.',
  429: 'Too many messages in a short time. Wait a moment and try again.',
};

export async function problemFrom(response: Response): Promise<ChatKitProblem> {
  let detail: unknown;
  let requestId: unknown;
  try {
    ({ detail, request_id: requestId } = await response.json());
  } catch {
    // A proxy in between answers with HTML or nothing: the status alone must do.
  }
  const fallback =
    sentences[response.status] ?? `The server could not answer (status ${response.status}). Try again.`;
  return new ChatKitProblem(
    typeof detail === 'string' && detail ? detail : fallback,
    response.status,
    typeof requestId === 'string' ? requestId : undefined,
  );
}

export const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

export function sentenceFor(error: unknown): string {
  if (error instanceof ChatKitProblem || error instanceof ConnectionLost) return error.message;
  return 'Something went wrong. Try again.';
}
