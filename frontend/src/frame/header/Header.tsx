import type { HeaderOption } from '@openai/chatkit';
import { Clock, Share, SquarePen } from 'lucide-react';
import { useText } from '../../language/language';
import type { View } from '../chat';
import { useChat } from '../context';
import { useStore } from '../store';
import { HeaderGlyph, nameOfIcon } from './header-icons';

export function Header({ view: { conversation, loading, failure } }: { view: View }) {
  const chat = useChat();
  const text = useText();
  const { header, history } = useStore(chat.options);
  const { thread, items } = useStore(conversation.state);
  const historyOpen = useStore(chat.historyOpen);
  const canShare = useStore(conversation.sharing.isKnown);
  if (header?.enabled === false) return null;
  const isNew = items.length === 0 && !thread && !loading && !failure;
  const title = header?.title?.text ?? thread?.title ?? '';
  return (
    <header className="header">
      {header?.leftAction && <Action side="leftAction" action={header.leftAction} />}
      {header?.title?.enabled !== false && (
        <h2 className="header-title" title={title || undefined} dir="auto">
          {title}
        </h2>
      )}
      <div className="header-actions">
        {canShare && (
          <button
            type="button"
            className="icon-button"
            aria-label={text.share.title}
            title={text.share.title}
            aria-haspopup="dialog"
            onClick={() => conversation.sharing.dialog.set({ until: null })}
          >
            <Share size={18} aria-hidden />
          </button>
        )}
        {history?.enabled !== false && (
          <button
            type="button"
            className="icon-button"
            aria-label={text.header.history}
            title={text.header.history}
            aria-expanded={historyOpen}
            onClick={() => void (historyOpen ? chat.hideHistory() : chat.methods.showHistory())}
          >
            <Clock size={18} aria-hidden />
          </button>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label={text.header.newChat}
          title={text.header.newChat}
          aria-disabled={isNew || undefined}
          onClick={() => (isNew ? chat.focusComposer() : chat.startNew())}
        >
          <SquarePen size={18} aria-hidden />
        </button>
        {header?.rightAction && <Action side="rightAction" action={header.rightAction} />}
      </div>
    </header>
  );
}

type Side = 'leftAction' | 'rightAction';

function Action({
  side,
  action: { icon, onClick },
}: {
  side: Side;
  action: NonNullable<HeaderOption[Side]>;
}) {
  const chat = useChat();
  const { header } = useText();
  const name = header.icons[nameOfIcon(icon)];
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={name}
      title={name}
      onClick={() => chat.callHost(`header.${side}.onClick`, onClick)}
    >
      <HeaderGlyph icon={icon} />
    </button>
  );
}
