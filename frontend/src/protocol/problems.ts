/*
 * Everything that can keep a request from being answered, as a sentence a person can read. The server's own words say
 * the most. Those of ChatKit Link are English, and have a code beside them: whoever reads another language gets ours,
 * and so does everybody where there are no words. Messages of errors are for developers, in English.
 */
import { english, type Language, type Text } from '../language/language';

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

const sentences = ({ failures, composer }: Text) => ({
  ...failures.byCode,
  thread_locked: composer.locked,
  thread_closed: composer.closed,
});
type Code = keyof ReturnType<typeof sentences>;

/** What a status means in a chat, for servers and proxies that say no more. */
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
  const told = typeof detail === 'string' && detail ? detail : null;
  const known = isCode(named);
  const code = isCode(named) ? named : CODES[status];
  const wait = waitToldBy(response);
  return new ChatKitProblem(
    ({ text, soon }) => {
      const ours = code ? sentences(text)[code] : text.failures.status(status);
      const sentence = told && (!known || text === english.text) ? told : ours;
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
