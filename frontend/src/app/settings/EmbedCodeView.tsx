import { Check, Copy } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useCopy } from '../../ui/use-copy';
import { serverUrl } from '../agents';
import type { ElementState } from '../element-loader/use-element';
import type { Connection } from '../use-connection';
import type { SchemeChoice } from '../use-scheme';
import { type CodeLanguage, codeFor } from './embed-code';
import type { OptionData } from './option-values';

type Props = {
  options: OptionData;
  scheme: SchemeChoice;
  connection: Connection | null;
  domainKey: string;
  element: ElementState;
};

const languages: { language: CodeLanguage; name: string }[] = [
  { language: 'html', name: 'Plain page' },
  { language: 'react', name: 'React' },
];

export function CodeView({ options, scheme, connection, domainKey, element }: Props) {
  const [language, setLanguage] = useState<CodeLanguage>('html');
  const agent = connection?.kind === 'agent' ? connection.agent : null;
  const isOfficial = element.element?.source === 'official';
  const code = useMemo(
    () =>
      codeFor({
        language,
        options,
        scheme,
        isOfficial,
        url: agent?.url ?? null,
        domainKey,
        uploadUrl: agent?.uploads ? serverUrl('files') : null,
        server: serverUrl('./'),
      }),
    [language, options, scheme, isOfficial, agent, domainKey],
  );
  const { copied, copy } = useCopy();
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
      <p className="form-hint">
        {agent
          ? 'A page of another origin is listed in CHATKIT_LINK_ORIGINS of this server.'
          : 'Your API key is not part of the code: a route of your own server keeps it.'}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </div>
  );
}
