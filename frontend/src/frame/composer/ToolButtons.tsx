import { X } from 'lucide-react';
import { useText } from '../../language/language';
import { NamedIcon } from '../../widgets/icons';
import { useChat } from '../context';
import { useStore } from '../store';

/** The tools that are always at hand, and the one that is chosen. */
export function ToolButtons() {
  const chat = useChat();
  const { composer } = useText();
  const options = useStore(chat.options);
  const chosen = useStore(chat.selection.tool);
  const choose = (id: string | null) => {
    chat.selection.chooseTool(id);
    void chat.focusComposer();
  };
  const pinned = (options.composer?.tools ?? []).filter((tool) => tool.pinned);
  return (
    <>
      {pinned.map(({ id, label, shortLabel, icon }) => {
        const active = id === chosen?.id;
        const words = <span dir="auto">{shortLabel ?? label}</span>;
        return (
          <button
            key={id}
            type="button"
            className="tool"
            aria-label={label}
            aria-pressed={active}
            title={label}
            onClick={() => choose(active ? null : id)}
          >
            <NamedIcon name={icon} size={17} otherwise={!active && words} />
            {active && words}
          </button>
        );
      })}
      {chosen && !chosen.pinned && (
        <button
          type="button"
          className="tool"
          aria-label={composer.turnOff(chosen.label)}
          aria-pressed
          title={composer.turnOff(chosen.label)}
          onClick={() => choose(null)}
        >
          <NamedIcon name={chosen.icon} size={17} />
          <span dir="auto">{chosen.shortLabel ?? chosen.label}</span>
          <X size={14} aria-hidden />
        </button>
      )}
    </>
  );
}
