import { Diagnosis } from '../Diagnosis';
import type { ElementChoice } from '../element-loader/load-element';
import { chooseElement, type ElementState, useElementChoice } from '../element-loader/use-element';
import { useAppText } from '../language/app-language';
import { writeStored } from '../local-storage';
import { DOMAIN_KEY } from './use-option-values';

const choices = [
  { choice: 'built-in', name: 'builtIn', about: 'builtInAbout' },
  { choice: 'official', name: 'official', about: 'officialAbout' },
  { choice: 'auto', name: 'automatic', about: 'automaticAbout' },
] as const satisfies { choice: ElementChoice; name: string; about: string }[];

const inUse = { 'built-in': 'builtIn', official: 'official', present: 'present' } as const;

type Props = { element: ElementState; domainKey: string; isHosted: boolean };

export function ElementSection({ element, domainKey, isHosted }: Props) {
  const { element: text, page } = useAppText();
  const chosen = useElementChoice();
  const source = element.element?.source;
  return (
    <fieldset className="element-section">
      <legend>{text.title}</legend>
      <p className="in-use" role="status">
        {source ? text.inUse(text.source[inUse[source]]) : !element.failure && page.loading}{' '}
        <Diagnosis text={element.failure ?? element.element?.reason} />
      </p>
      {isHosted && <p className="form-hint">{text.hosted}</p>}
      {choices.map(({ choice, name, about }) => (
        <label key={choice} className="radio">
          <input
            type="radio"
            name="element"
            checked={choice === chosen}
            onChange={() => chooseElement(choice)}
          />
          <span>
            {text[name]}
            <small>{text[about]}</small>
          </span>
        </label>
      ))}
      {chosen !== 'built-in' && (
        <label className="field">
          <span className="field-label">{text.domainKey}</span>
          <input
            className="input mono"
            defaultValue={domainKey === 'local' ? '' : domainKey}
            placeholder={text.domainKeyHint}
            spellCheck={false}
            onBlur={(event) => writeStored(DOMAIN_KEY, event.target.value.trim() || null)}
          />
        </label>
      )}
    </fieldset>
  );
}
