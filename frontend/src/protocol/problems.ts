/*
 * Everything that can keep a request from being answered, as a sentence a person can read: the server's own words
 * where it has some, and else ours in the language of the reader. Messages of errors are for developers, in English.
 */
import { english, type Language } from '../language/language';

type Said = string | ((language: Language) => string);

const inWords = (said: Said, language: Language) => (typeof said === 'string' ? said : said(language));

export class ChatKitProblem extends Error {
  constructor(
    readonly said: Said,
    readonly status: number,
    readonly requestId?: string,
  ) {
    super(inWords(said, english));
    this.name = 'ChatKitProblem';
  }
}

/** The server could not be reached, or went away before the answer was complete. */
export class ConnectionLost extends Error {
  constructor(readonly said: Said = ({ text }) => text.failures.unreachable) {
    super(inWords(said, english));
    this.name = 'ConnectionLost';
  }
}

export async function problemFrom(response: Response): Promise<ChatKitProblem> {
  let detail: unknown;
  let requestId: unknown;
  try {
    ({ detail, request_id: requestId } = await response.json());
  } catch {
    // A proxy in between answers with HTML or nothing: the status alone must do.
  }
  const { status } = response;
  const told = typeof detail === 'string' && detail ? detail : null;
  const wait = waitToldBy(response);
  return new ChatKitProblem(
    ({ text, soon }) => {
      const sentence = told ?? text.failures.byStatus[status] ?? text.failures.status(status);
      return wait && !/\d/.test(sentence) ? `${sentence} ${text.failures.wait(soon(wait))}` : sentence;
    },
    status,
    typeof requestId === 'string' ? requestId : undefined,
  );
}

/** For how many seconds to wait, where the server says so; its own sentence may say it, too. */
function waitToldBy({ status, headers }: Response): number | null {
  const seconds = Number(headers.get('Retry-After'));
  return status === 429 && seconds > 0 ? seconds : null;
}

export const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

export function sentenceFor(error: unknown, language: Language): string {
  if (error instanceof ChatKitProblem || error instanceof ConnectionLost)
    return inWords(error.said, language);
  return language.text.failures.unknown;
}
