import { ArrowLeft, Import, Search, Settings, SquarePen, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { AgentList } from './AgentList';
import { IconButton } from './IconButton';
import { Logo } from './Logo';
import { useAppText } from './language/app-language';
import { Rail } from './Rail';
import { SchemeButton } from './SchemeButton';
import { SETTINGS_ID, type SidebarProps } from './sidebar-props';
import { SearchResults } from './threads/SearchResults';
import { ThreadList } from './threads/ThreadList';
import { useSearch } from './threads/use-search';

export function Sidebar(props: SidebarProps) {
  const { agents, agent, active, threads, thread, onChoose, onOpen, onDelete, fold } = props;
  const text = useAppText();
  const [typed, setTyped] = useState('');
  /** The field has the focus when the rail's button has opened the sidebar for it. */
  const isSearchDue = useRef(false);
  const search = useSearch(agent, typed);
  if (fold.kind === 'rail' && fold.isCollapsed) {
    const find = () => {
      isSearchDue.current = true;
      fold.onToggle();
    };
    return <Rail {...props} onExpand={fold.onToggle} onSearch={find} />;
  }
  return (
    <aside className="sidebar" aria-label={text.sidebar.label}>
      <header className="sidebar-head">
        <h1>
          <Logo />
          ChatKit Link
        </h1>
        {fold.kind === 'rail' ? (
          <IconButton label={text.sidebar.collapse} control="fold" onClick={fold.onToggle} isExpanded>
            <ArrowLeft className="turned" size={18} aria-hidden />
          </IconButton>
        ) : (
          <IconButton label={text.sidebar.close} onClick={fold.onClose}>
            <X size={18} aria-hidden />
          </IconButton>
        )}
      </header>
      {agent && (
        <div className="sidebar-tools">
          <button type="button" className="side-button" onClick={() => onOpen(null)}>
            <SquarePen size={16} aria-hidden />
            {text.sidebar.newChat}
          </button>
          <SearchField typed={typed} onType={setTyped} isFocusDue={isSearchDue} />
        </div>
      )}
      <div className="sidebar-lists">
        {typed.trim() && agent ? (
          <SearchResults search={search} active={thread} onOpen={onOpen} />
        ) : (
          <>
            <AgentList agents={agents} active={active} onChoose={onChoose} onRetry={props.onRetry} />
            {agent && (
              <nav aria-label={text.chats.label} className="threads">
                <ThreadList threads={threads} active={thread} onOpen={onOpen} onDelete={onDelete} />
              </nav>
            )}
          </>
        )}
      </div>
      <footer className="sidebar-foot">
        <SchemeButton scheme={props.scheme} onNextScheme={props.onNextScheme} />
        <button type="button" className="foot-button" onClick={props.onImport}>
          <Import size={16} aria-hidden />
          {text.sidebar.import}
        </button>
        {/* The last one, because what it opens comes next. */}
        <button
          type="button"
          className="foot-button"
          aria-expanded={props.isSettings}
          aria-controls={SETTINGS_ID}
          onClick={props.onSettings}
        >
          <Settings size={16} aria-hidden />
          {text.sidebar.settings}
        </button>
      </footer>
    </aside>
  );
}

type SearchFieldProps = {
  typed: string;
  onType: (typed: string) => void;
  isFocusDue: React.RefObject<boolean>;
};

function SearchField({ typed, onType, isFocusDue }: SearchFieldProps) {
  const { search } = useAppText();
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    onType('');
    field.current?.focus();
  };
  return (
    <search className="search-field">
      <Search size={16} aria-hidden />
      <input
        ref={(input) => {
          field.current = input;
          if (!input || !isFocusDue.current) return;
          isFocusDue.current = false;
          input.focus();
        }}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        aria-label={search.label}
        placeholder={search.label}
        value={typed}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        onChange={(event) => onType(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !typed || event.nativeEvent.isComposing) return;
          // Else it would close the drawer around it, too.
          event.preventDefault();
          event.stopPropagation();
          clear();
        }}
      />
      {typed && (
        <button type="button" className="icon-button tiny" aria-label={search.clear} onClick={clear}>
          <X size={14} aria-hidden />
        </button>
      )}
    </search>
  );
}
