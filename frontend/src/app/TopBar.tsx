import { ChevronDown, Monitor, Moon, Sun } from 'lucide-react';
import type { Agent } from './agents';
import type { Choice } from './use-scheme';

const schemes = {
  system: { Icon: Monitor, label: 'Theme: same as the system' },
  light: { Icon: Sun, label: 'Theme: light' },
  dark: { Icon: Moon, label: 'Theme: dark' },
};

type Props = {
  agents: Agent[];
  current: Agent | undefined;
  onChoose: (id: string) => void;
  choice: Choice;
  onNextChoice: () => void;
};

export function TopBar({ agents, current, onChoose, choice, onNextChoice }: Props) {
  const { Icon, label } = schemes[choice];
  return (
    <header className="top-bar">
      <h1>
        <Logo />
        ChatKit Link
      </h1>
      {agents.length > 1 && current && (
        <label className="agent-picker">
          <span className="visually-hidden">Agent</span>
          <select value={current.id} onChange={(event) => onChoose(event.target.value)}>
            {agents.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <ChevronDown size={14} aria-hidden />
        </label>
      )}
      <button type="button" className="icon-button" aria-label={label} title={label} onClick={onNextChoice}>
        <Icon size={18} aria-hidden />
      </button>
    </header>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" width={22} height={22} aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="currentColor" />
      <path
        d="M13.7 8h4.6a4.2 4.2 0 0 1 4.2 4.2v3.6a4.2 4.2 0 0 1-4.2 4.2h-3.1l-3.8 3.3c-.5.4-1.1.1-1.1-.5v-3.1a4.2 4.2 0 0 1-.8-2.4v-4.9A4.2 4.2 0 0 1 13.7 8z"
        fill="var(--surface)"
      />
      <circle cx="13.6" cy="14" r="1.3" fill="currentColor" />
      <circle cx="18.4" cy="14" r="1.3" fill="currentColor" />
    </svg>
  );
}
