/** The calendar of a DatePicker. Loaded when the first one is on the screen. */
import { parseDate } from '@internationalized/date';
import { Calendar as CalendarIcon, ChevronDown, ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  Dialog,
  DialogTrigger,
  Heading,
  I18nProvider,
} from 'react-aria-components';
import { useLanguage } from '../language/language';
import { Popup } from './PickerPopup';

type Side = 'top' | 'bottom' | 'left' | 'right';
type Align = 'start' | 'center' | 'end';
type Props = {
  id: string;
  label: string;
  value: string;
  displayText: string;
  min: string;
  max: string;
  side: Side;
  align: Align;
  disabled: boolean;
  onChoose: (day: string) => void;
};

const dateOf = (day: string) => (day ? parseDate(day) : undefined);

export default function DateField({
  id,
  label,
  value,
  displayText,
  min,
  max,
  side,
  align,
  disabled,
  onChoose,
}: Props) {
  const [open, setOpen] = useState(false);
  return (
    <I18nProvider locale={useLanguage().tag}>
      <DialogTrigger isOpen={open} onOpenChange={setOpen}>
        <Button
          id={id}
          className="w-picker-face"
          aria-haspopup="dialog"
          aria-label={`${label}: ${displayText}`}
          data-empty={value ? undefined : ''}
          isDisabled={disabled}
        >
          <CalendarIcon size={15} aria-hidden />
          <span className="w-picker-value">{displayText}</span>
          <ChevronDown size={15} aria-hidden />
        </Button>
        <Popup className="w-popup-calendar" placement={placementOf(side, align)}>
          <Dialog aria-label={label} className="w-calendar-dialog">
            <Calendar
              aria-label={label}
              className="w-calendar"
              autoFocus
              value={dateOf(value) ?? null}
              minValue={dateOf(min)}
              maxValue={dateOf(max)}
              onChange={(day) => {
                onChoose(day.toString());
                setOpen(false);
              }}
            >
              <header>
                <Button slot="previous" className="icon-button">
                  <ChevronLeft size={16} aria-hidden />
                </Button>
                <Heading />
                <Button slot="next" className="icon-button">
                  <ChevronRight size={16} aria-hidden />
                </Button>
              </header>
              <CalendarGrid weekdayStyle="short">
                <CalendarGridHeader>
                  {(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}
                </CalendarGridHeader>
                <CalendarGridBody>
                  {(date) => <CalendarCell date={date} className="w-day" />}
                </CalendarGridBody>
              </CalendarGrid>
            </Calendar>
          </Dialog>
        </Popup>
      </DialogTrigger>
    </I18nProvider>
  );
}

function placementOf(side: Side, align: Align) {
  if (align === 'center') return side;
  if (side === 'top' || side === 'bottom') return `${side} ${align}` as const;
  return `${side} ${align === 'start' ? 'top' : 'bottom'}` as const;
}
