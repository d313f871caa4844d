/*
 * Everything that can keep a request from being answered, as a sentence a user can read. The server's own message is
 * the most precise. Those of ChatKit Link are English, and have a code beside them: users of another language get the
 * translation of the code, and so do all users where there is no message. `Error.message` is for developers, in
 * English.
 */
import { english, type Language, type Text } from '../language/language';

type Sentence = string | ((language: Language) => string);

const sentenceIn = (sentence: Sentence, language: Language) =>
  typeof sentence === 'string' ? sentence : sentence(language);

export class ChatKitProblem extends Error {
  constructor(
    readonly sentence: Sentence,
    readonly status: number,
    readonly requestId?: string,
  ) {
    super(sentenceIn(sentence, english));
    this.name = 'ChatKitProblem';
  }
}

/** The server could not be reached, or went away before the answer was complete. */
export class ConnectionLost extends Error {
  constructor(readonly sentence: Sentence = ({ text }) => text.failures.unreachable) {
    super(sentenceIn(sentence, english));
    this.name = 'ConnectionLost';
  }
}

const sentences = ({ failures, composer }: Text) => ({
  ...failures.byCode,
  thread_locked: composer.locked,
  thread_closed: composer.closed,
});
type Code = keyof ReturnType<typeof sentences>;

/** What a status means in a chat, for servers and proxies that send no more. */
const CODES: Record<number, Code> = {
  401: 'signed_out',
  403: 'not_allowed',
  404: 'thread_not_found',
  409: 'conflict',
  413: 'too_large',
  415: 'type_not_taken',
  429: 'rate_limited',
};

const isCode = (value: unknown): value is Code =>
  typeof value === 'string' && Object.hasOwn(sentences(english.text), value);

export async function problemFrom(response: Response): Promise<ChatKitProblem> {
  let detail: unknown;
  let named: unknown;
  let requestId: unknown;
  try {
    ({ detail, code: named, request_id: requestId } = await response.json());
  } catch {
    // A proxy in between answers with HTML or nothing: the status alone must do.
  }
  const { status } = response;
  const message = typeof detail === 'string' && detail ? detail : null;
  const known = isCode(named);
  const code = isCode(named) ? named : CODES[status];
  const wait = retryAfter(response);
  return new ChatKitProblem(
    ({ text, soon }) => {
      const ours = code ? sentences(text)[code] : text.failures.status(status);
      const sentence = message && (!known || text === english.text) ? message : ours;
      return wait && !/\d/.test(sentence) ? `${sentence} ${text.failures.wait(soon(wait))}` : sentence;
    },
    status,
    typeof requestId === 'string' ? requestId : undefined,
  );
}

/** For how many seconds to wait, where the server names them; its own sentence may do so, too. */
function retryAfter({ status, headers }: Response): number | null {
  const seconds = Number(headers.get('Retry-After'));
  return status === 429 && seconds > 0 ? seconds : null;
}

export const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

export function sentenceFor(error: unknown, language: Language): string {
  if (error instanceof ChatKitProblem || error instanceof ConnectionLost)
    return sentenceIn(error.sentence, language);
  return language.text.failures.unknown;
}
