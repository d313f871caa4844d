import { Check, Copy } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useCopy } from '../../ui/use-copy';
import { serverUrl } from '../agents';
import type { ElementState } from '../element-loader/use-element';
import { useAppText } from '../language/app-language';
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

const signIns: SignIn[] = ['visitors', 'token', 'session'];
const languages: CodeLanguage[] = ['html', 'react'];

export function CodeView({ options, hasHistory, scheme, connection, domainKey, element }: Props) {
  const { code: text } = useAppText();
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
        <div className="segments" role="radiogroup" aria-label={text.language}>
          {languages.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="language"
                className="visually-hidden"
                checked={language === one}
                onChange={() => setLanguage(one)}
              />
              {one === 'html' ? text.html : 'React'}
            </label>
          ))}
        </div>
        <button type="button" className="button small" onClick={() => copy(code)}>
          {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          {copied ? text.copied : text.copy}
        </button>
      </div>
      {agent && (
        <label className="field row code-field">
          <span className="field-label">{text.signIn}</span>
          <select
            className="input"
            value={signIn}
            onChange={({ target }) => setSignIn(target.value as SignIn)}
          >
            {signIns.map((one) => (
              <option key={one} value={one}>
                {text[one]}
              </option>
            ))}
          </select>
        </label>
      )}
      <p className="form-hint">
        {agent ? text[`${signIn}About`] : text.keyStays} {isElsewhere && text.origins}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0} dir="ltr">
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
