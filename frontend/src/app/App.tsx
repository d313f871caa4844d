import { Menu, Settings } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { keepFocus } from '../ui/keep-focus';
import { defaultOptionsOf } from './agent-options';
import { ConnectionView } from './ConnectionView';
import { Drawer } from './Drawer';
import { useElement } from './element-loader/use-element';
import { hostedOptions } from './hosted/HostedChat';
import { ImportDialog } from './hosted/ImportDialog';
import { nameOf } from './hosted/workflows';
import { IconButton } from './IconButton';
import { AppLanguageContext, askedLocale, useAppLanguage, useAppText } from './language/app-language';
import { readStored, useStored, writeStored } from './local-storage';
import { MigrationGuideAddress } from './MigrationNotice';
import { type Notice, NoticeBar } from './NoticeBar';
import type { PageHeader } from './page-header';
import { Sidebar } from './Sidebar';
import type { OptionData } from './settings/option-values';
import { SettingsPanel } from './settings/SettingsPanel';
import { useChosen, useDomainKey, useOptions } from './settings/use-option-values';
import { isSame, keyOf, type Target } from './share-link';
import { SETTINGS_ID } from './sidebar-props';
import type { ListedThread } from './threads/history-api';
import { useHistory } from './threads/use-history';
import { useAgents } from './use-agents';
import { type Connection, defaultOf, useConnection } from './use-connection';
import { useMedia } from './use-media';
import { useScheme } from './use-scheme';

const NAME = 'ChatKit Link';
const isYes = (text: string | null) => text === 'yes';

type Props = {
  /** What a visitor of an earlier version should know. */
  migrationNotice?: string | null;
};

export function App(props: Props) {
  const { chosen } = useChosen();
  const language = useAppLanguage(localeIn(chosen));
  if (!language) return null;
  return (
    <AppLanguageContext value={language}>
      <Page {...props} />
    </AppLanguageContext>
  );
}

const localeIn = ({ locale }: OptionData) => (typeof locale === 'string' && locale ? locale : undefined);

function Page({ migrationNotice = null }: Props) {
  const { chosen, set, reset } = useChosen();
  const { agents, failure, retry } = useAgents(askedLocale(localeIn(chosen)));
  const { target, go, connection } = useConnection(agents);
  const element = useElement(target);
  const { choice, scheme, next } = useScheme();
  const [notice, setNotice] = useState<Notice | null>(migrationNotice ? { text: migrationNotice } : null);
  const isNarrow = useMedia('(max-width: 760px)');
  const isCollapsed = useStored('collapsed', isYes);
  const [isDrawer, setDrawer] = useState(false);
  /** Whether the header of the chat carries the page's own, so that a phone has one and not two. */
  const [isInChat, setInChat] = useState(false);
  const [isSettings, setSettings] = useState(() => isYes(readStored('settings', 'tab')));
  const [isImport, setImport] = useState(false);
  const text = useAppText();
  const domainKey = useDomainKey();
  const base = useBase(connection);
  const options = useOptions(base, chosen, scheme);
  const notify = useCallback((given: Notice) => setNotice(given), []);
  const agent = connection?.kind === 'agent' ? connection.agent : null;
  const history = useHistory(agent, setNotice);

  const title = titleOf(connection);
  useEffect(() => {
    document.title = title === NAME ? NAME : `${title} · ${NAME}`;
  }, [title]);

  useEffect(() => keepFocus(document, () => document.querySelector<HTMLElement>('.chat')), []);

  const showSettings = (isOpen: boolean) => {
    writeStored('settings', isOpen ? 'yes' : null, 'tab');
    setSettings(isOpen);
    setDrawer(false);
  };
  const pageHeader: PageHeader | null = isNarrow
    ? { title, onMenu: () => setDrawer(true), onSettings: () => showSettings(true), onCarried: setInChat }
    : null;
  const choose = (wanted: Target) => {
    setNotice(null);
    setDrawer(false);
    if (!isSame(wanted, target)) go(wanted);
  };
  const closeSettings = () => {
    document.querySelector<HTMLElement>(`[aria-controls="${SETTINGS_ID}"]`)?.focus();
    showSettings(false);
  };
  const first: Target | null = agents && { kind: 'agent', id: defaultOf(agents).id };
  const sidebar = {
    agents: agents?.agents ?? [],
    onRetry: failure && !agents ? retry : null,
    agent,
    active: target,
    threads: history.threads,
    thread: history.thread,
    onChoose: choose,
    onOpen: (threadId: string | null, itemId?: string | null) => {
      setDrawer(false);
      void history.open(threadId, itemId);
    },
    onDelete: (thread: ListedThread) => {
      // Else the way to take it back would be behind the drawer.
      setDrawer(false);
      history.remove(thread);
    },
    onImport: () => {
      setDrawer(false);
      setImport(true);
    },
    scheme: choice,
    onNextScheme: next,
    isSettings,
    onSettings: () => showSettings(!isSettings),
  };
  const settings = (
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
      onClose={closeSettings}
    />
  );
  return (
    <MigrationGuideAddress value={agents?.way_out ?? null}>
      <div className="page">
        {isNarrow ? (
          !isInChat && (
            <header className="top-bar">
              <IconButton label={text.sidebar.menu} onClick={() => setDrawer(true)} isExpanded={isDrawer}>
                <Menu size={19} aria-hidden />
              </IconButton>
              <p>{title}</p>
              <IconButton
                label={text.sidebar.settings}
                controls={SETTINGS_ID}
                onClick={() => showSettings(!isSettings)}
                isExpanded={isSettings}
              >
                <Settings size={19} aria-hidden />
              </IconButton>
            </header>
          )
        ) : (
          <Sidebar
            {...sidebar}
            fold={{
              kind: 'rail',
              isCollapsed,
              onToggle: () => writeStored('collapsed', isCollapsed ? null : 'yes'),
            }}
          />
        )}
        {isNarrow && isDrawer && (
          <Drawer label={text.sidebar.label} onClose={() => setDrawer(false)}>
            <Sidebar {...sidebar} fold={{ kind: 'drawer', onClose: () => setDrawer(false) }} />
          </Drawer>
        )}
        {isImport && (
          <ImportDialog
            active={target}
            onChoose={choose}
            onRemoved={(removed) => isSame(removed, target) && first && go(first)}
            onClose={() => setImport(false)}
          />
        )}
        {isSettings &&
          (isNarrow ? (
            <Drawer label={text.sidebar.settings} className="sheet" onClose={() => showSettings(false)}>
              {settings}
            </Drawer>
          ) : (
            settings
          ))}
        <main className="connection-view">
          {notice && <NoticeBar notice={notice} onClose={() => setNotice(null)} />}
          <ConnectionView
            key={target ? keyOf(target) : ''}
            connection={connection}
            failure={failure}
            onRetry={retry}
            threadLink={history.link}
            element={element}
            options={options}
            scheme={scheme}
            domainKey={domainKey}
            pageHeader={pageHeader}
            notify={notify}
            onHome={first && (() => choose(first))}
          />
        </main>
      </div>
    </MigrationGuideAddress>
  );
}

function useBase(connection: Connection | null) {
  const agent = connection?.kind === 'agent' ? connection.agent : null;
  const workflow = connection?.kind === 'workflow' ? connection.workflow : null;
  const { notices } = useAppText();
  return useMemo(
    () => (agent ? defaultOptionsOf(agent, notices) : workflow ? hostedOptions(workflow, notices) : {}),
    [agent, workflow, notices],
  );
}

function titleOf(connection: Connection | null): string {
  if (connection?.kind === 'agent') return connection.agent.name;
  return connection?.kind === 'workflow' ? nameOf(connection.workflow) : NAME;
}
