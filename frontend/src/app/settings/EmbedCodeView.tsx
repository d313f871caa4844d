import { Check, Copy } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useCopy } from '../../ui/use-copy';
import { serverUrl } from '../agents';
import type { ElementState } from '../element-loader/use-element';
import type { Connection } from '../use-connection';
import type { SchemeChoice } from '../use-scheme';
import { type CodeLanguage, codeFor, type SignIn } from './embed-code';
import { piecesOf } from './highlight';
import type { OptionData } from './option-values';

type Props = {
  options: OptionData;
  /** Whether the history was chosen; else the page here has none of the chat's own, because its sidebar has it. */
  hasHistory: boolean;
  scheme: SchemeChoice;
  connection: Connection | null;
  domainKey: string;
  element: ElementState;
};

const signIns: { signIn: SignIn; name: string; about: string }[] = [
  {
    signIn: 'visitors',
    name: 'Visitors',
    about: 'Anyone who opens your page may chat, and finds their chats again in the same browser.',
  },
  {
    signIn: 'token',
    name: 'Your users',
    about:
      'Your page sends the token of its user, which this server checks: CHATKIT_LINK_JWT_SECRET or CHATKIT_LINK_JWKS_URL.',
  },
  {
    signIn: 'session',
    name: 'Client secret',
    about: 'Your back end makes a session with the server key of this server, and your page gets its secret.',
  },
];

const languages: { language: CodeLanguage; name: string }[] = [
  { language: 'html', name: 'Plain page' },
  { language: 'react', name: 'React' },
];

export function CodeView({ options, hasHistory, scheme, connection, domainKey, element }: Props) {
  const [language, setLanguage] = useState<CodeLanguage>('html');
  const [signIn, setSignIn] = useState<SignIn>('visitors');
  const agent = connection?.kind === 'agent' ? connection.agent : null;
  const isOfficial = element.element?.source === 'official';
  const code = useMemo(
    () =>
      codeFor({
        language,
        signIn,
        options: agent && !hasHistory ? { ...options, history: { enabled: true } } : options,
        scheme,
        isOfficial,
        url: agent?.url ?? null,
        domainKey,
        uploadUrl: agent?.uploads ? serverUrl('files') : null,
        server: serverUrl('./'),
      }),
    [language, signIn, options, hasHistory, scheme, isOfficial, agent, domainKey],
  );
  const { copied, copy } = useCopy();
  const isElsewhere = agent !== null && signIn !== 'session';
  return (
    <div className="code-view">
      <div className="code-head">
        <div className="segments" role="radiogroup" aria-label="Language of the code">
          {languages.map(({ language: one, name }) => (
            <label key={one}>
              <input
                type="radio"
                name="language"
                className="visually-hidden"
                checked={language === one}
                onChange={() => setLanguage(one)}
              />
              {name}
            </label>
          ))}
        </div>
        <button type="button" className="button small" onClick={() => copy(code)}>
          {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          {copied ? 'Copied' : 'Copy'}
        </button>
      </div>
      {agent && (
        <label className="field row code-field">
          <span className="field-label">Who signs in</span>
          <select
            className="input"
            value={signIn}
            onChange={({ target }) => setSignIn(target.value as SignIn)}
          >
            {signIns.map(({ signIn: one, name }) => (
              <option key={one} value={one}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <p className="form-hint">
        {agent
          ? signIns.find((one) => one.signIn === signIn)?.about
          : 'Your API key is not part of the code: a route of your own server keeps it.'}
        {isElsewhere && ' A page of another origin is named in CHATKIT_LINK_ORIGINS of this server.'}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0}>
        <code>
          <Highlighted code={code} />
        </code>
      </pre>
    </div>
  );
}

/** Pieces have no identity but their place. */
const Highlighted = ({ code }: { code: string }) =>
  piecesOf(code).map(({ text, kind }, at) => {
    const key = `${at}${kind}`;
    return kind ? (
      <span key={key} data-kind={kind}>
        {text}
      </span>
    ) : (
      text
    );
  });
