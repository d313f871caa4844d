import type { ReactNode } from 'react';
import { Popover, type PopoverProps } from 'react-aria-components';
import { useForcedTheme } from './forced-theme';

type Props = { className: string; children: ReactNode; placement?: PopoverProps['placement'] };

/** Stands at the end of the page, so it takes the theme of its widget along. */
export function Popup({ className, children, placement = 'bottom start' }: Props) {
  return (
    <Popover
      className={`w-popup ${className}`}
      placement={placement}
      offset={4}
      containerPadding={8}
      data-theme={useForcedTheme()}
    >
      {children}
    </Popover>
  );
}
