import { X } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { useAppText, useAppWords } from '../language/app-language';
import type { Field } from './fields';
import { ListField } from './ListField';
import type { OptionData } from './option-values';

type Props = {
  field: Field;
  /** undefined: not chosen, so what the connection brings, or ChatKit's own default, counts. */
  chosen: unknown;
  brought: unknown;
  onSet: (value: unknown) => void;
};

export function FieldView(props: Props) {
  const { field, chosen, brought, onSet } = props;
  const { fields } = useAppText();
  const id = useId();
  if (field.kind === 'list') {
    return (
      <ListField
        field={field}
        rows={(chosen ?? brought ?? []) as OptionData[]}
        isChosen={chosen !== undefined}
        onSet={onSet}
      />
    );
  }
  if (field.kind === 'toggle') {
    const initially = brought === undefined ? (field.initially ?? false) : Boolean(brought);
    const isOn = chosen === undefined ? initially : Boolean(chosen);
    return (
      <label className="field row">
        <span className="field-label">{fields[field.label]}</span>
        <input
          type="checkbox"
          role="switch"
          className="switch"
          checked={isOn}
          aria-checked={isOn}
          onChange={() => onSet(isOn === initially ? switched(field.on, !isOn) : undefined)}
        />
      </label>
    );
  }
  return (
    <div className={field.kind === 'text' && field.lines ? 'field' : 'field row'}>
      <label className="field-label" htmlFor={id}>
        {fields[field.label]}
      </label>
      <Control {...props} id={id} />
    </div>
  );
}

/** What a switch that is on stands for; off is always false. */
const switched = (on: unknown, isOn: boolean) => (isOn ? (on ?? true) : false);

function Control({ field, chosen, brought, onSet, id }: Props & { id: string }): ReactNode {
  const language = useAppWords();
  const { fields, settings } = language.text;
  const text = (value: unknown) => (value === undefined ? '' : String(value));
  switch (field.kind) {
    case 'text': {
      const shared = {
        id,
        className: 'input',
        // An example that is code stands, as what is typed there, from left to right.
        dir: field.placeholder ? ('ltr' as const) : undefined,
        value: text(chosen),
        placeholder: text(brought) || (field.example ? fields[field.example] : field.placeholder),
        onChange: (event: { target: { value: string } }) => onSet(event.target.value || undefined),
      };
      return field.lines ? <textarea {...shared} rows={field.lines} /> : <input {...shared} />;
    }
    case 'number': {
      const unit = field.unit ?? 1;
      const displayed = (value: unknown) =>
        typeof value === 'number' ? String(Math.round(value / unit)) : '';
      return (
        <input
          id={id}
          className="input short"
          type="number"
          min={field.min}
          max={field.max}
          value={displayed(chosen)}
          placeholder={displayed(brought) || field.placeholder}
          onChange={({ target }) =>
            onSet(target.validity.valid && target.value ? target.valueAsNumber * unit : undefined)
          }
        />
      );
    }
    case 'range':
      return (
        <Clearable
          isChosen={chosen !== undefined}
          label={fields[field.label]}
          onClear={() => onSet(undefined)}
        >
          <input
            id={id}
            type="range"
            min={field.min}
            max={field.max}
            value={Number(chosen ?? 0)}
            data-unset={chosen === undefined || undefined}
            onChange={({ target }) => onSet(target.valueAsNumber)}
          />
          <output htmlFor={id}>{text(chosen) || settings.automatic}</output>
        </Clearable>
      );
    case 'color':
      return (
        <Clearable
          isChosen={chosen !== undefined}
          label={fields[field.label]}
          onClear={() => onSet(undefined)}
        >
          <input
            id={id}
            type="color"
            value={text(chosen) || field.initially}
            data-unset={chosen === undefined || undefined}
            onChange={({ target }) => onSet(target.value)}
          />
          <output htmlFor={id}>{text(chosen) || settings.automatic}</output>
        </Clearable>
      );
    case 'select':
      return (
        <select
          id={id}
          className="input"
          value={text(chosen)}
          onChange={({ target }) => onSet(field.choices.find((choice) => String(choice) === target.value))}
        >
          <option value="">{settings[field.initially ?? 'default']}</option>
          {field.choices.map((choice) =>
            field.named ? (
              <option key={choice} value={choice}>
                {capital(field.named(choice, language), language.locale)}
              </option>
            ) : (
              <option key={choice} value={choice} lang="en" dir="ltr">
                {choice}
              </option>
            ),
          )}
        </select>
      );
    case 'types':
      return (
        <input
          id={id}
          className="input"
          dir="ltr"
          // Parsed when it is left, so that a comma can be typed.
          defaultValue={typesOf(chosen)}
          key={typesOf(chosen)}
          placeholder={typesOf(brought) || field.placeholder}
          onBlur={({ target }) => onSet(acceptOf(target.value))}
        />
      );
    default:
      return null;
  }
}

const capital = (words: string, locale: string) => words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);

const typesOf = (accept: unknown) => Object.keys((accept ?? {}) as object).join(', ');

/** "image/*, application/pdf" as ChatKit's record of media types. */
function acceptOf(text: string): Record<string, string[]> | undefined {
  const types = text.split(/[\s,]+/).filter((type) => /^[\w.+-]+\/[\w.+*-]+$/.test(type));
  return types.length ? Object.fromEntries(types.map((type) => [type, []])) : undefined;
}

type ClearableProps = { isChosen: boolean; label: string; onClear: () => void; children: ReactNode };

function Clearable({ isChosen, label, onClear, children }: ClearableProps) {
  const { toAutomatic } = useAppText().settings;
  return (
    <span className="clearable">
      {children}
      {isChosen && (
        <button
          type="button"
          className="icon-button tiny"
          aria-label={`${label}: ${toAutomatic}`}
          title={toAutomatic}
          onClick={onClear}
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </span>
  );
}
