import { ArrowLeft, ArrowRight, Monitor, Moon, SlidersHorizontal, Sun, X } from 'lucide-react';
import type { Agent } from './agents';
import { ConnectionRow } from './ConnectionRow';
import { HostedList } from './hosted/HostedList';
import { Logo } from './Logo';
import type { Notice } from './NoticeBar';
import { isSame, type Target } from './share-link';
import type { SchemeChoice } from './use-scheme';

/** Of the settings panel, which its buttons name. */
export const SETTINGS_ID = 'settings';

const schemes = {
  system: { Icon: Monitor, label: 'Theme: same as the system' },
  light: { Icon: Sun, label: 'Theme: light' },
  dark: { Icon: Moon, label: 'Theme: dark' },
};

type Props = {
  agents: Agent[];
  active: Target | null;
  onChoose: (target: Target) => void;
  onRemoved: (target: Target) => void;
  notify: (notice: Notice) => void;
  scheme: SchemeChoice;
  onNextScheme: () => void;
  isSettings: boolean;
  onSettings: () => void;
  /** On a wide page it collapses to a rail; on a narrow one it is a drawer that closes. */
  fold:
    | { kind: 'rail'; isCollapsed: boolean; onToggle: () => void }
    | { kind: 'drawer'; onClose: () => void };
};

export function Sidebar(props: Props) {
  const { agents, active, onChoose, onRemoved, notify, fold } = props;
  if (fold.kind === 'rail' && fold.isCollapsed) return <Rail {...props} onExpand={fold.onToggle} />;
  return (
    <aside className="sidebar" aria-label="Connections">
      <header className="sidebar-head">
        <h1>
          <Logo />
          ChatKit Link
        </h1>
        {fold.kind === 'rail' ? (
          <IconButton label="Collapse the sidebar" control="fold" onClick={fold.onToggle} isExpanded>
            <ArrowLeft size={18} aria-hidden />
          </IconButton>
        ) : (
          <IconButton label="Close" onClick={fold.onClose}>
            <X size={18} aria-hidden />
          </IconButton>
        )}
      </header>
      <div className="sidebar-lists">
        <nav aria-label="Agents of this server">
          <h2>Agents</h2>
          <ul>
            {!agents.length && <li className="connection-to-come" aria-hidden />}
            {agents.map(({ id, name, description }) => {
              const target: Target = { kind: 'agent', id };
              return (
                <ConnectionRow
                  key={id}
                  target={target}
                  name={name}
                  about={description || 'Runs on this server'}
                  isActive={isSame(target, active)}
                  onChoose={onChoose}
                />
              );
            })}
          </ul>
        </nav>
        <HostedList active={active} onChoose={onChoose} onRemoved={onRemoved} notify={notify} />
      </div>
      <footer className="sidebar-foot">
        <SchemeButton scheme={props.scheme} onNextScheme={props.onNextScheme} />
        {/* The last one, because what it opens comes next. */}
        <button
          type="button"
          className="foot-button"
          aria-expanded={props.isSettings}
          aria-controls={SETTINGS_ID}
          onClick={props.onSettings}
        >
          <SlidersHorizontal size={16} aria-hidden />
          Settings
        </button>
      </footer>
    </aside>
  );
}

function Rail({ scheme, onNextScheme, isSettings, onSettings, onExpand }: Props & { onExpand: () => void }) {
  return (
    <aside className="sidebar collapsed" aria-label="Connections">
      <Logo size={28} />
      <footer className="sidebar-foot">
        <IconButton label="Expand the sidebar" control="fold" onClick={onExpand} isExpanded={false}>
          <ArrowRight size={18} aria-hidden />
        </IconButton>
        <SchemeButton scheme={scheme} onNextScheme={onNextScheme} />
        <IconButton label="Settings" controls={SETTINGS_ID} onClick={onSettings} isExpanded={isSettings}>
          <SlidersHorizontal size={18} aria-hidden />
        </IconButton>
      </footer>
    </aside>
  );
}

function SchemeButton({ scheme, onNextScheme }: Pick<Props, 'scheme' | 'onNextScheme'>) {
  const { Icon, label } = schemes[scheme];
  return (
    <IconButton label={label} onClick={onNextScheme}>
      <Icon size={18} aria-hidden />
    </IconButton>
  );
}

type IconButtonProps = {
  label: string;
  onClick: () => void;
  isExpanded?: boolean;
  /** The id of what it opens. */
  controls?: string;
  /** See ui/keep-focus.ts. */
  control?: string;
  children: React.ReactNode;
};

export function IconButton({ label, onClick, isExpanded, controls, control, children }: IconButtonProps) {
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
