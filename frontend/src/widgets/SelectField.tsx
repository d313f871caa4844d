/** The part of a Select that opens. Loaded when the first one is on the screen. */
import { Check, ChevronDown, Search } from 'lucide-react';
import {
  Autocomplete,
  Button,
  I18nProvider,
  Input,
  ListBox,
  ListBoxItem,
  SearchField,
  Select,
  SelectValue,
  Text,
  useFilter,
} from 'react-aria-components';
import { useLanguage } from '../language/language';
import { Popup } from './PickerPopup';
import type { Option } from './select-options';

type Props = {
  id: string;
  label: string;
  options: Option[];
  value: string | null;
  displayText: string;
  searchable: boolean;
  disabled: boolean;
  onChoose: (value: string) => void;
};

export default function SelectField({
  id,
  label,
  options,
  value,
  displayText,
  searchable,
  disabled,
  onChoose,
}: Props) {
  const { tag, text: all } = useLanguage();
  const text = all.widgets;
  const { contains } = useFilter({ sensitivity: 'base' });
  const list = (
    <ListBox
      items={options}
      className="w-options"
      renderEmptyState={() => <span className="w-options-none">{text.noMatches}</span>}
    >
      {(option) => (
        <ListBoxItem
          id={option.value}
          isDisabled={option.disabled}
          textValue={`${option.label} ${option.description}`.trim()}
          className="w-option"
        >
          <span className="w-option-words">
            <Text slot="label" dir="auto">
              {option.label}
            </Text>
            {option.description && (
              <Text slot="description" className="w-option-more" dir="auto">
                {option.description}
              </Text>
            )}
          </span>
          {option.value === value && <Check size={15} aria-hidden />}
        </ListBoxItem>
      )}
    </ListBox>
  );
  return (
    <I18nProvider locale={tag}>
      <Select
        aria-label={label}
        className="w-picker-field"
        value={value}
        onChange={(key) => onChoose(String(key ?? ''))}
        isDisabled={disabled}
      >
        <Button id={id} className="w-picker-face" data-empty={value === null ? '' : undefined}>
          <SelectValue className="w-picker-value" dir="auto">
            {() => displayText}
          </SelectValue>
          <ChevronDown size={15} aria-hidden />
        </Button>
        <Popup className="w-popup-options">
          {searchable ? (
            <Autocomplete filter={contains}>
              <SearchField aria-label={text.search} autoFocus className="w-search">
                <Search size={15} aria-hidden />
                <Input placeholder={text.search} />
              </SearchField>
              {list}
            </Autocomplete>
          ) : (
            list
          )}
        </Popup>
      </Select>
    </I18nProvider>
  );
}
