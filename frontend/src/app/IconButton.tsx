import type { ReactNode } from 'react';

type Props = {
  label: string;
  onClick: () => void;
  isExpanded?: boolean;
  /** The id of what it opens. */
  controls?: string;
  /** See ui/keep-focus.ts. */
  control?: string;
  children: ReactNode;
};

export function IconButton({ label, onClick, isExpanded, controls, control, children }: Props) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      aria-expanded={isExpanded}
      aria-controls={controls}
      data-control={control}
      title={label}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
