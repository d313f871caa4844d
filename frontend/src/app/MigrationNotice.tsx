import { ArrowRight } from 'lucide-react';
import { createContext, useContext } from 'react';

/** The address of the guide to leaving Agent Builder. */
export const MigrationGuideAddress = createContext<string | null>(null);

/** OpenAI's own date; the page goes on to be opened after it. */
const END = Date.UTC(2026, 10, 30);
const DAY_MS = 86_400_000;

export function MigrationNotice() {
  const address = useContext(MigrationGuideAddress);
  const isOver = Date.now() > END + DAY_MS;
  return (
    <p className="migration-notice">
      Agent Builder {isOver ? 'ended' : 'ends'} on 30 November 2026.{' '}
      {address && (
        <a href={address} target="_blank" rel="noopener">
          The way out
          <ArrowRight size={13} aria-hidden />
        </a>
      )}
    </p>
  );
}
