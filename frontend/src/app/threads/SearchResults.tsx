import { useAppText } from '../language/app-language';
import { threadAddress } from '../share-link';
import type { Hit, Part } from './history-api';
import type { Search } from './use-search';

type Props = {
  search: Search;
  active: string | null;
  onOpen: (threadId: string, itemId: string | null) => void;
};

export function SearchResults({ search, active, onOpen }: Props) {
  const { search: text, chats } = useAppText();
  const { found, failure, question } = search;
  if (failure) return <p className="list-empty">{failure.message}</p>;
  if (!found) return <p className="list-empty late">{chats.loading}</p>;
  return (
    <nav aria-label={text.results}>
      <ul>
        {found.hits.map((hit) => (
          <HitRow key={hit.thread_id} hit={hit} isActive={hit.thread_id === active} onOpen={onOpen} />
        ))}
      </ul>
      {/* Said to those who do not see the list: it changes while they type. */}
      <p className="list-empty" role="status">
        {!found.complete ? text.unfinished : found.hits.length === 0 && text.nothing(question)}
      </p>
    </nav>
  );
}

function HitRow({ hit, isActive, onOpen }: { hit: Hit; isActive: boolean; onOpen: Props['onOpen'] }) {
  const { chats } = useAppText();
  const isTitle = hit.item_id === null;
  return (
    <li className="thread hit" data-active={isActive || undefined}>
      <a
        href={threadAddress(hit.thread_id)}
        aria-current={isActive ? 'true' : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          onOpen(hit.thread_id, hit.item_id);
        }}
      >
        <span className="hit-title" dir="auto">
          {isTitle ? <Marked parts={hit.snippet} /> : hit.title || chats.untitled}
        </span>
        {!isTitle && (
          <span className="hit-text" dir="auto">
            <Marked parts={hit.snippet} />
          </span>
        )}
      </a>
    </li>
  );
}

/** Parts have no identity but their place. */
const Marked = ({ parts }: { parts: Part[] }) =>
  parts.map(({ text, match }, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    match ? <mark key={at}>{text}</mark> : text,
  );
