import type { ReactNode } from 'react';

type Props = { title?: string; children: ReactNode; isAlert?: boolean };

/** What stands where the chat would be, when there is none. */
export function PageState({ title, children, isAlert }: Props) {
  return (
    <div className="page-state" role={isAlert ? 'alert' : undefined}>
      {title && <h2>{title}</h2>}
      {children}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div className="page-state" role="status" aria-busy>
      <span className="spinner" aria-hidden />
      <p className="late">{what}</p>
    </div>
  );
}
