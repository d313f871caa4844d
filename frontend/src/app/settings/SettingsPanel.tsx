import { X } from 'lucide-react';
import { useState } from 'react';
import { CHATKIT_ICONS } from '../../options/icon-names';
import type { ElementState } from '../element-loader/use-element';
import { IconButton } from '../IconButton';
import { useAppText, useAppWords } from '../language/app-language';
import { SETTINGS_ID } from '../sidebar-props';
import type { Connection } from '../use-connection';
import { chooseScheme, type SchemeChoice } from '../use-scheme';
import { ElementSection } from './ElementSection';
import { CodeView } from './EmbedCodeView';
import { FieldView } from './FieldView';
import { type Field, sections } from './fields';
import { ICON_NAMES } from './ListField';
import { type OptionData, valueAt } from './option-values';
import { ThemePresets } from './ThemePresets';

type Props = {
  base: OptionData;
  chosen: OptionData;
  onSet: (path: string, value: unknown) => void;
  onReset: () => void;
  options: OptionData;
  scheme: SchemeChoice;
  connection: Connection | null;
  domainKey: string;
  element: ElementState;
  onClose: () => void;
};

/** Options are tried on the chat beside the panel, and taken along as code. */
export function SettingsPanel({ base, chosen, onSet, onReset, onClose, ...about }: Props) {
  const [tab, setTab] = useState<'options' | 'code'>('options');
  const { text, locale } = useAppWords();
  const { settings } = text;
  const count = sections.flatMap(({ fields }) => fields).filter((field) => isChanged(field, chosen)).length;
  return (
    <aside
      className="settings"
      data-wide={tab === 'code' || undefined}
      id={SETTINGS_ID}
      aria-label={text.sidebar.settings}
      onKeyDown={(event) => event.key === 'Escape' && !event.defaultPrevented && onClose()}
    >
      <header className="settings-head">
        <div className="segments" role="tablist" aria-label={text.sidebar.settings}>
          {(['options', 'code'] as const).map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={tab === name}
              aria-controls="settings-body"
              onClick={() => setTab(name)}
            >
              {settings.tabs[name]}
            </button>
          ))}
        </div>
        <IconButton label={settings.close} onClick={onClose}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      <div className="settings-body" id="settings-body" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === 'code' ? (
          <CodeView {...about} hasHistory={valueAt(chosen, 'history.enabled') !== undefined} />
        ) : (
          <>
            <datalist id={ICON_NAMES}>
              {CHATKIT_ICONS.map((icon) => (
                <option key={icon} value={icon} />
              ))}
            </datalist>
            <ElementSection
              element={about.element}
              domainKey={about.domainKey}
              isHosted={about.connection?.kind === 'workflow'}
            />
            {sections.map(({ title, fields }, at) => (
              <details key={title} open={at === 0}>
                <summary>
                  {settings.section[title]}
                  {fields.some((field) => isChanged(field, chosen)) && (
                    <span className="changed" role="img" aria-label={settings.changed} />
                  )}
                </summary>
                <div className="fields">
                  {title === 'theme' && (
                    <>
                      <SchemeField scheme={about.scheme} />
                      <ThemePresets chosen={chosen.theme} onChoose={(theme) => onSet('theme', theme)} />
                    </>
                  )}
                  {fields.map((field) => (
                    <FieldView
                      key={field.path}
                      field={field}
                      chosen={valueAt(chosen, field.path)}
                      brought={valueAt(base, field.path)}
                      onSet={(value) => onSet(field.path, value)}
                    />
                  ))}
                </div>
              </details>
            ))}
          </>
        )}
      </div>
      {count > 0 && (
        <footer className="settings-foot">
          <p>{settings.changes(count.toLocaleString(locale))}</p>
          <button type="button" className="button small" onClick={onReset}>
            {settings.reset}
          </button>
        </footer>
      )}
    </aside>
  );
}

const schemes: SchemeChoice[] = ['system', 'light', 'dark'];

/** That of the whole page, which the chat follows. */
function SchemeField({ scheme }: { scheme: SchemeChoice }) {
  const { settings } = useAppText();
  return (
    <label className="field row">
      <span className="field-label">{settings.scheme}</span>
      <select
        className="input"
        value={scheme}
        onChange={({ target }) => chooseScheme(target.value as SchemeChoice)}
      >
        {schemes.map((choice) => (
          <option key={choice} value={choice}>
            {settings.schemes[choice]}
          </option>
        ))}
      </select>
    </label>
  );
}

const isChanged = ({ path }: Field, chosen: OptionData) => valueAt(chosen, path) !== undefined;
