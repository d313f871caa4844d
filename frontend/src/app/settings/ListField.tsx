import { Plus, X } from 'lucide-react';
import type { Field } from './fields';
import type { OptionData } from './option-values';

/** The id of the list that the panel has of them. */
export const ICON_NAMES = 'icon-names';

type Props = {
  field: Extract<Field, { kind: 'list' }>;
  rows: OptionData[];
  isChosen: boolean;
  onSet: (rows: OptionData[] | undefined) => void;
};

export function ListField({ field, rows, isChosen, onSet }: Props) {
  const { label, columns, noun, hint } = field;
  const change = (at: number, key: string, value: unknown) =>
    onSet(rows.map((row, index) => (index === at ? cleaned({ ...row, [key]: value }) : row)));
  return (
    <fieldset className="list-field">
      <legend>{label}</legend>
      {hint && <p className="form-hint">{hint}</p>}
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity while they are typed
        <fieldset key={at} className="list-row" aria-label={`${noun} ${at + 1}`}>
          <div className="list-cells">
            {columns.map(({ key, label: name, kind, placeholder }) =>
              kind === 'toggle' ? (
                <label key={key} className="check">
                  <input
                    type="checkbox"
                    checked={Boolean(row[key])}
                    onChange={(event) => change(at, key, event.target.checked || undefined)}
                  />
                  {name}
                </label>
              ) : (
                <label key={key} className="cell">
                  <span className="field-label">{name}</span>
                  <input
                    className="input"
                    placeholder={placeholder}
                    list={kind === 'icon' ? ICON_NAMES : undefined}
                    value={String(row[key] ?? '')}
                    onChange={(event) => change(at, key, event.target.value || undefined)}
                  />
                </label>
              ),
            )}
          </div>
          <button
            type="button"
            className="icon-button tiny"
            aria-label={`Remove ${noun} ${at + 1}`}
            onClick={() => onSet(rows.filter((_, index) => index !== at))}
          >
            <X size={14} aria-hidden />
          </button>
        </fieldset>
      ))}
      <div className="form-actions">
        <button type="button" className="text-button" onClick={() => onSet([...rows, {}])}>
          <Plus size={14} aria-hidden />
          Add a {noun}
        </button>
        {isChosen && (
          <button type="button" className="text-button" onClick={() => onSet(undefined)}>
            Undo changes
          </button>
        )}
      </div>
    </fieldset>
  );
}

const cleaned = (row: OptionData) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
