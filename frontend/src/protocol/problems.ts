/*
 * Everything that can keep a request from being answered, in words for the user. The server's own words say the most:
 * ChatKit Link's are in the language that was asked for, as far as a user of a chat meets them. What stays English for
 * developers has a general code beside it, for which there are words here, as there are for a response without words.
 * Messages of errors are for developers, in English.
 */
import { english, type Language, type Text } from '../language/language';
import { wordsOf } from '../language/locales';

type Sentence = string | ((language: Language) => string);

const sentenceIn = (sentence: Sentence, language: Language) =>
  typeof sentence === 'string' ? sentence : sentence(language);

export class ChatKitProblem extends Error {
  constructor(
    readonly sentence: Sentence,
    readonly status: number,
    readonly requestId?: string,
    /** The media types that are taken, where a file is of another. */
    readonly types?: readonly string[],
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

type Code = keyof Text['failures']['byCode'];

/** What a status means in a chat, for servers and proxies that send no more. */
const CODES: Record<number, Code> = {
  401: 'signed_out',
  403: 'not_allowed',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  415: 'type_not_taken',
  429: 'rate_limited',
  503: 'unavailable',
};

const isCode = (value: unknown): value is Code =>
  typeof value === 'string' && Object.hasOwn(english.text.failures.byCode, value);

export async function problemFrom(response: Response): Promise<ChatKitProblem> {
  let detail: unknown;
  let named: unknown;
  let requestId: unknown;
  let types: unknown;
  try {
    ({ detail, code: named, request_id: requestId, types } = await response.json());
  } catch {
    // A proxy in between answers with HTML or nothing: the status alone must do.
  }
  const { status } = response;
  const words = typeof detail === 'string' && detail ? detail : null;
  const known = isCode(named);
  const code = isCode(named) ? named : CODES[status];
  const language = response.headers.get('Content-Language') ?? english.locale;
  const wait = secondsToWait(response);
  return new ChatKitProblem(
    ({ tag, text, soon }) => {
      const ours = code ? text.failures.byCode[code] : text.failures.status(status);
      const sentence = words && (!known || wordsOf(language) === wordsOf(tag)) ? words : ours;
      return wait && !/\d/.test(sentence) ? `${sentence} ${text.failures.wait(soon(wait))}` : sentence;
    },
    status,
    typeof requestId === 'string' ? requestId : undefined,
    Array.isArray(types) && types.every((type) => typeof type === 'string') ? types : undefined,
  );
}

/** For how many seconds to wait, where the server says so; its own sentence may say it, too. */
function secondsToWait({ status, headers }: Response): number | null {
  const seconds = Number(headers.get('Retry-After'));
  return status === 429 && seconds > 0 ? seconds : null;
}

export const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

export function sentenceFor(error: unknown, language: Language): string {
  if (error instanceof ChatKitProblem || error instanceof ConnectionLost)
    return sentenceIn(error.sentence, language);
  return language.text.failures.unknown;
}
