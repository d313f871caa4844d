import { ArrowRight } from 'lucide-react';
import { createContext, useContext } from 'react';
import { useAppWords } from './language/app-language';

/** The address of the guide to leaving Agent Builder. */
export const MigrationGuideAddress = createContext<string | null>(null);

/** OpenAI's own date; the page goes on to be opened after it. */
const END = Date.UTC(2026, 10, 30);
const DAY_MS = 86_400_000;

export function MigrationNotice() {
  const address = useContext(MigrationGuideAddress);
  const { locale, text } = useAppWords();
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(END);
  return (
    <p className="migration-notice">
      {Date.now() > END + DAY_MS ? text.leaving.over(date) : text.leaving.ends(date)}{' '}
      {address && (
        <a href={address} target="_blank" rel="noopener">
          {text.leaving.wayOut}
          <ArrowRight className="turned" size={13} aria-hidden />
        </a>
      )}
    </p>
  );
}
