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
  413: 'This is too large to be sent.',
  415: 'Files of this type are not taken.',
  429: 'Too much was sent in a short time.',
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
  const sentence = typeof detail === 'string' && detail ? detail : fallback;
  return new ChatKitProblem(
    sentence + waitToldBy(response, sentence),
    response.status,
    typeof requestId === 'string' ? requestId : undefined,
  );
}

/** How long to wait, where the server names a time that its own sentence does not. */
function waitToldBy({ status, headers }: Response, sentence: string): string {
  const seconds = Number(headers.get('Retry-After'));
  if (status !== 429 || !(seconds > 0) || /\d/.test(sentence)) return '';
  if (seconds < 60) return ` Try again in ${seconds === 1 ? 'a second' : `${Math.ceil(seconds)} seconds`}.`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return ` Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
  const hours = Math.ceil(minutes / 60);
  return ` Try again in ${hours === 1 ? 'an hour' : `${hours} hours`}.`;
}

export const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

export function sentenceFor(error: unknown): string {
  if (error instanceof ChatKitProblem || error instanceof ConnectionLost) return error.message;
  return 'Something went wrong. Try again.';
}
