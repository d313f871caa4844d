import { Menu, SlidersHorizontal } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { optionsOf } from './AgentChat';
import { Drawer } from './Drawer';
import { hostedOptions } from './HostedChat';
import { recall, remember, useMemory } from './memory';
import { type Notice, NoticeBar } from './Notices';
import { IconButton, Sidebar } from './Sidebar';
import { Stage } from './Stage';
import { SettingsPanel } from './settings/SettingsPanel';
import { useChosen, useDomainKey, useOptions } from './settings/use-options';
import { isSame, keyOf, type Target } from './share-link';
import { useAgents } from './use-agents';
import { type Connection, defaultOf, useConnection } from './use-connection';
import { useElement } from './use-element';
import { useMedia } from './use-media';
import { useScheme } from './use-scheme';
import { WayOutAddress } from './WayOut';
import { nameOf } from './workflows';

const NAME = 'ChatKit Link';
const isYes = (text: string | null) => text === 'yes';

/** former: what a visitor of an earlier version should be told. */
export function App({ former = null }: { former?: string | null }) {
  const { agents, trouble, retry } = useAgents();
  const { target, go, connection } = useConnection(agents);
  const element = useElement(target);
  const { choice, scheme, next } = useScheme();
  const [notice, setNotice] = useState<Notice | null>(former ? { text: former } : null);
  const isNarrow = useMedia('(max-width: 760px)');
  const isCollapsed = useMemory('collapsed', isYes);
  const [isDrawer, setDrawer] = useState(false);
  const [isSettings, setSettings] = useState(() => isYes(recall('settings', 'tab')));
  const { chosen, set, reset } = useChosen();
  const domainKey = useDomainKey();
  const base = useBase(connection);
  const options = useOptions(base, chosen, scheme);
  const tell = useCallback((given: Notice) => setNotice(given), []);

  const title = titleOf(connection);
  useEffect(() => {
    document.title = title === NAME ? NAME : `${title} · ${NAME}`;
  }, [title]);

  const showSettings = (shown: boolean) => {
    remember('settings', shown ? 'yes' : null, 'tab');
    setSettings(shown);
    setDrawer(false);
  };
  const choose = (wanted: Target) => {
    setNotice(null);
    setDrawer(false);
    go(wanted);
  };
  const first: Target | null = agents && { kind: 'agent', id: defaultOf(agents).id };
  const sidebar = {
    agents: agents?.agents ?? [],
    active: target,
    onChoose: choose,
    onRemoved: (removed: Target) => isSame(removed, target) && first && go(first),
    tell: (given: Notice) => {
      // Else it would be said behind the drawer.
      setDrawer(false);
      tell(given);
    },
    scheme: choice,
    onNextScheme: next,
    isSettings,
    onSettings: () => showSettings(!isSettings),
  };
  return (
    <WayOutAddress value={agents?.way_out ?? null}>
      <div className="page">
        {isNarrow ? (
          <header className="top-bar">
            <IconButton label="Connections" onClick={() => setDrawer(true)} isExpanded={isDrawer}>
              <Menu size={20} aria-hidden />
            </IconButton>
            <p>{title}</p>
            <IconButton label="Settings" onClick={() => showSettings(!isSettings)} isExpanded={isSettings}>
              <SlidersHorizontal size={18} aria-hidden />
            </IconButton>
          </header>
        ) : (
          <Sidebar
            {...sidebar}
            fold={{
              kind: 'rail',
              isCollapsed,
              onToggle: () => remember('collapsed', isCollapsed ? null : 'yes'),
            }}
          />
        )}
        {isNarrow && isDrawer && (
          <Drawer label="Connections" onClose={() => setDrawer(false)}>
            <Sidebar {...sidebar} fold={{ kind: 'drawer', onClose: () => setDrawer(false) }} />
          </Drawer>
        )}
        <main className="stage">
          {notice && <NoticeBar notice={notice} onClose={() => setNotice(null)} />}
          <Stage
            key={target ? keyOf(target) : ''}
            connection={connection}
            trouble={trouble}
            onRetry={retry}
            element={element}
            options={options}
            scheme={scheme}
            domainKey={domainKey}
            tell={tell}
            onHome={first && (() => choose(first))}
          />
        </main>
        {isSettings && (
          <SettingsPanel
            base={base}
            chosen={chosen}
            onSet={set}
            onReset={reset}
            options={options}
            scheme={choice}
            connection={connection}
            domainKey={domainKey}
            element={element}
            onClose={() => showSettings(false)}
          />
        )}
      </div>
    </WayOutAddress>
  );
}

function useBase(connection: Connection | null) {
  const agent = connection?.kind === 'agent' ? connection.agent : null;
  const workflow = connection?.kind === 'workflow' ? connection.workflow : null;
  return useMemo(
    () => (agent ? optionsOf(agent) : workflow ? hostedOptions(workflow) : {}),
    [agent, workflow],
  );
}

function titleOf(connection: Connection | null): string {
  if (connection?.kind === 'agent') return connection.agent.name;
  return connection?.kind === 'workflow' ? nameOf(connection.workflow) : NAME;
}
