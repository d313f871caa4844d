import type { ElementChoice } from '../element-loader/load-element';
import { chooseElement, type ElementState, useElementChoice } from '../element-loader/use-element';
import { writeStored } from '../local-storage';
import { DOMAIN_KEY } from './use-option-values';

const choices: { choice: ElementChoice; name: string; about: string }[] = [
  { choice: 'built-in', name: 'Built-in', about: 'Of this server; works offline.' },
  { choice: 'official', name: 'Official', about: 'OpenAI’s, from cdn.platform.openai.com.' },
  { choice: 'auto', name: 'Automatic', about: 'OpenAI’s, or the built-in one after 4 seconds.' },
];

const inUse = {
  'built-in': 'the built-in element',
  official: 'OpenAI’s element',
  present: 'the element of this page',
};

type Props = { element: ElementState; domainKey: string; isHosted: boolean };

export function ElementSection({ element, domainKey, isHosted }: Props) {
  const chosen = useElementChoice();
  const source = element.element?.source;
  return (
    <fieldset className="element-section">
      <legend>Element</legend>
      <p className="in-use" role="status">
        {source ? `In use: ${inUse[source]}.` : (element.failure ?? 'Loading…')} {element.element?.reason}
      </p>
      {isHosted && (
        <p className="form-hint">Hosted workflows always use OpenAI’s; this choice is for agents.</p>
      )}
      {choices.map(({ choice, name, about }) => (
        <label key={choice} className="radio">
          <input
            type="radio"
            name="element"
            checked={choice === chosen}
            onChange={() => chooseElement(choice)}
          />
          <span>
            {name}
            <small>{about}</small>
          </span>
        </label>
      ))}
      {chosen !== 'built-in' && (
        <label className="field">
          <span className="field-label">Domain key</span>
          <input
            className="input mono"
            defaultValue={domainKey === 'local' ? '' : domainKey}
            placeholder="domain_pk_…, not needed on localhost"
            spellCheck={false}
            onBlur={(event) => writeStored(DOMAIN_KEY, event.target.value.trim() || null)}
          />
        </label>
      )}
    </fieldset>
  );
}
