import { useEffect, useRef } from 'react';
import { useText } from '../../language/language';
import { NamedIcon } from '../../widgets/icons';
import type { Suggestion, SuggestionsState } from './suggestions';

export const LIST_ID = 'suggestions';
export const optionId = (at: number) => `suggestion-${at}`;

type Props = { state: SuggestionsState; onChoose(suggestion: Suggestion): void; onPoint(at: number): void };

/** The menu above the composer. The focus stays in the text: the field points at the active option. */
export function SuggestionList({ state, onChoose, onPoint }: Props) {
  const { menu } = useText();
  const { trigger, status, failure, found, active } = state;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`#${optionId(active)}`)?.scrollIntoView?.({ block: 'nearest' });
  }, [active]);
  const groups = [...new Set(found.map(({ group }) => group))];
  const statusText =
    failure ??
    (found.length ? menu.found(found.length) : status === 'searching' ? menu.searching : menu.nothing);
  return (
    <>
      {/* Always there, because what comes with its words is not read out. */}
      <p className="visually-hidden" role="status">
        {trigger && statusText}
      </p>
      {trigger && (
        <div className="popup suggestions">
          <div
            ref={list}
            id={LIST_ID}
            role="listbox"
            aria-label={trigger.sign === '@' ? menu.mentions : menu.commands}
            aria-busy={status === 'searching'}
          >
            {groups.map((group) => (
              // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a listbox
              <div key={group ?? ''} role="group" aria-label={group}>
                {group && (
                  <div className="popup-group" aria-hidden>
                    {group}
                  </div>
                )}
                {found.map((suggestion, at) =>
                  suggestion.group === group ? (
                    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the text field
                    // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant points here
                    <div
                      key={`${suggestion.type} ${suggestion.id}`}
                      id={optionId(at)}
                      role="option"
                      aria-selected={at === active}
                      className="popup-entry"
                      onPointerMove={() => at !== active && onPoint(at)}
                      onMouseDown={(event) => event.preventDefault()}
                      onClick={() => onChoose(suggestion)}
                    >
                      <NamedIcon name={suggestion.icon} size={16} />
                      <span className="popup-words">
                        <span dir="auto">{suggestion.label}</span>
                        {suggestion.description && <small dir="auto">{suggestion.description}</small>}
                      </span>
                    </div>
                  ) : null,
                )}
              </div>
            ))}
          </div>
          {(failure || !found.length) && (
            <p className="popup-note" aria-hidden>
              {statusText}
            </p>
          )}
        </div>
      )}
    </>
  );
}
