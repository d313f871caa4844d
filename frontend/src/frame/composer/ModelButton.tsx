import { ChevronDown } from 'lucide-react';
import { useText } from '../../language/language';
import { useChat } from '../context';
import { MenuButton } from '../MenuButton';
import { useStore } from '../store';

export function ModelButton() {
  const chat = useChat();
  const { composer: text } = useText();
  const { composer } = useStore(chat.options);
  const chosen = useStore(chat.selection.model);
  if (!composer?.models?.length) return null;
  return (
    <MenuButton
      label={text.model(chosen?.label ?? '')}
      title={text.models}
      className="tool model"
      side="end"
      entries={composer.models.map(({ id, label, description, disabled }) => ({
        id,
        label,
        description,
        disabled,
        checked: id === chosen?.id,
        onChoose: () => {
          chat.selection.chooseModel(id);
          void chat.focusComposer();
        },
      }))}
    >
      <span dir="auto">{chosen?.label ?? text.models}</span>
      <ChevronDown size={15} aria-hidden />
    </MenuButton>
  );
}
