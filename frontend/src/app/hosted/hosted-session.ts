/*
 * One session with an OpenAI-hosted workflow. OpenAI has no route to refresh a session, so a new one is made before
 * the old one runs out; the element gets whichever is newest when it asks. A hidden page waits until it is looked at.
 */
import { problemFrom } from '../../protocol/problems';
import { serverUrl } from '../agents';
import { readStored, writeStored } from '../local-storage';

/** As POST /v1/chatkit/sessions answers; expires_at in seconds since 1970. */
type Session = { client_secret: string; expires_at: number };

/** A request under way when a session ends has this long to arrive. */
const MARGIN_MS = 60_000;
/** After a refresh that failed; the old session may have that long to live. */
const AGAIN_MS = 10_000;
/** Sessions shorter than twice the margin are renewed at half their life. */
const renewalDelay = (left: number) => Math.max(left - MARGIN_MS, left / 2, 1_000);

/** code: what went wrong, as docs/how-to/sessions.md lists it. help: a page that explains what to do. */
export class SessionRefused extends Error {
  override name = 'SessionRefused';

  constructor(
    message: string,
    readonly code?: string,
    readonly help?: string,
  ) {
    super(message);
  }
}

export class HostedSession {
  #session: Session | null = null;
  #minting: Promise<Session> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = new AbortController();
  /** Hears of a refresh that failed, and null when one has worked again. */
  onRenewalFailure = (_: Error | null) => {};

  constructor(
    readonly workflow: string,
    readonly apiKey: string,
  ) {}

  /** Makes the first session, so that what is wrong with the key or the workflow is known before there is a chat. */
  async open() {
    await this.#mint();
  }

  close() {
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#whenVisible);
    this.#closed.abort();
  }

  /** For `api.getClientSecret`: an element that still holds the newest secret asks because it was refused. */
  clientSecret = async (current: string | null): Promise<string> => {
    const known = this.#session;
    if (known && known.client_secret !== current && known.expires_at * 1000 > Date.now()) {
      return known.client_secret;
    }
    return (await this.#mint()).client_secret;
  };

  #mint(): Promise<Session> {
    this.#minting ??= requestSession(this.workflow, this.apiKey, this.#closed.signal)
      .then((session) => {
        this.#session = session;
        this.onRenewalFailure(null);
        this.#refreshIn(renewalDelay(session.expires_at * 1000 - Date.now()));
        return session;
      })
      .finally(() => {
        this.#minting = null;
      });
    return this.#minting;
  }

  #refreshIn(ms: number) {
    clearTimeout(this.#timer);
    if (!this.#closed.signal.aborted) this.#timer = setTimeout(this.#refresh, ms);
  }

  #refresh = () => {
    if (document.hidden) return document.addEventListener('visibilitychange', this.#whenVisible);
    this.#mint().catch((error: Error) => {
      if (this.#closed.signal.aborted) return;
      this.onRenewalFailure(error);
      this.#refreshIn(AGAIN_MS);
    });
  };

  #whenVisible = () => {
    document.removeEventListener('visibilitychange', this.#whenVisible);
    this.#refresh();
  };
}

async function requestSession(workflow: string, apiKey: string, signal: AbortSignal): Promise<Session> {
  const response = await fetch(serverUrl('api/create-session'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ workflow_id: workflow, api_key: apiKey, user_id: hostedUser() }),
    signal,
  });
  if (response.ok) return (await response.json()) as Session;
  const more = await response
    .clone()
    .json()
    .catch(() => ({}));
  throw new SessionRefused((await problemFrom(response)).message, more.code, more.help);
}

/** OpenAI keeps the threads for this user; each session must name the same one to find them again. */
function hostedUser(): string {
  const known = readStored('hosted-user');
  if (known) return known;
  // Not randomUUID: a page over plain http has none.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const user = `visitor-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  writeStored('hosted-user', user);
  return user;
}
