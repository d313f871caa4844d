import { ArrowRight, Import, RotateCw, Search, Settings, SquarePen } from 'lucide-react';
import { AgentMark } from './AgentMark';
import { IconButton } from './IconButton';
import { Logo } from './Logo';
import { useAppText } from './language/app-language';
import { SchemeButton } from './SchemeButton';
import { addressOf, isSame, type Target } from './share-link';
import { SETTINGS_ID, type SidebarProps } from './sidebar-props';

type Props = SidebarProps & { onExpand: () => void; onSearch: () => void };

/** The sidebar folded: all that is one click away in it is one click away here. */
export function Rail({ agents, agent, active, onChoose, onOpen, onExpand, onSearch, ...props }: Props) {
  const { sidebar, search, page } = useAppText();
  return (
    <aside className="sidebar collapsed" aria-label={sidebar.label}>
      <Logo size={28} />
      {agent && (
        <>
          <IconButton label={sidebar.newChat} onClick={() => onOpen(null)}>
            <SquarePen size={18} aria-hidden />
          </IconButton>
          <IconButton label={search.label} onClick={onSearch}>
            <Search size={18} aria-hidden />
          </IconButton>
        </>
      )}
      {props.onRetry && (
        <IconButton label={`${sidebar.agentsFailed} ${page.tryAgain}`} onClick={props.onRetry}>
          <RotateCw size={18} aria-hidden />
        </IconButton>
      )}
      <nav className="rail-agents" aria-label={sidebar.agents}>
        {agents.map(({ id, name }) => {
          const target: Target = { kind: 'agent', id };
          const isActive = isSame(target, active);
          return (
            <a
              key={id}
              href={addressOf(target)}
              aria-label={name}
              title={name}
              aria-current={isActive ? 'page' : undefined}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
                event.preventDefault();
                onChoose(target);
              }}
            >
              <AgentMark id={id} name={name} />
            </a>
          );
        })}
      </nav>
      <footer className="sidebar-foot">
        <IconButton label={sidebar.expand} control="fold" onClick={onExpand} isExpanded={false}>
          <ArrowRight className="turned" size={18} aria-hidden />
        </IconButton>
        <SchemeButton scheme={props.scheme} onNextScheme={props.onNextScheme} />
        <IconButton label={sidebar.import} onClick={props.onImport}>
          <Import size={18} aria-hidden />
        </IconButton>
        <IconButton
          label={sidebar.settings}
          controls={SETTINGS_ID}
          onClick={props.onSettings}
          isExpanded={props.isSettings}
        >
          <Settings size={18} aria-hidden />
        </IconButton>
      </footer>
    </aside>
  );
}
