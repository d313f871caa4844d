import { Plus, X } from 'lucide-react';
import { useAppText } from '../language/app-language';
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
  const { label, columns, row: kindOfRow, hint } = field;
  const { settings, fields } = useAppText();
  const nameOf = (at: number) => `${settings.row[kindOfRow]} ${at + 1}`;
  const change = (at: number, key: string, value: unknown) =>
    onSet(rows.map((row, index) => (index === at ? cleaned({ ...row, [key]: value }) : row)));
  return (
    <fieldset className="list-field">
      <legend>{fields[label]}</legend>
      {hint && <p className="form-hint">{fields[hint]}</p>}
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity while they are typed
        <fieldset key={at} className="list-row" aria-label={nameOf(at)}>
          <div className="list-cells">
            {columns.map(({ key, label: name, kind, placeholder }) =>
              kind === 'toggle' ? (
                <label key={key} className="check">
                  <input
                    type="checkbox"
                    checked={Boolean(row[key])}
                    onChange={(event) => change(at, key, event.target.checked || undefined)}
                  />
                  {fields[name]}
                </label>
              ) : (
                <label key={key} className="cell">
                  <span className="field-label">{fields[name]}</span>
                  <input
                    className="input"
                    dir={key === 'id' || kind === 'icon' ? 'ltr' : undefined}
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
            aria-label={settings.remove(nameOf(at))}
            onClick={() => onSet(rows.filter((_, index) => index !== at))}
          >
            <X size={14} aria-hidden />
          </button>
        </fieldset>
      ))}
      <div className="form-actions">
        <button type="button" className="text-button" onClick={() => onSet([...rows, {}])}>
          <Plus size={14} aria-hidden />
          {settings.add[kindOfRow]}
        </button>
        {isChosen && (
          <button type="button" className="text-button" onClick={() => onSet(undefined)}>
            {settings.undo}
          </button>
        )}
      </div>
    </fieldset>
  );
}

const cleaned = (row: OptionData) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
