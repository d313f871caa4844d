import { X } from 'lucide-react';
import { useState } from 'react';
import { Drawer } from '../Drawer';
import { IconButton } from '../IconButton';
import { useAppText } from '../language/app-language';
import { MigrationNotice } from '../MigrationNotice';
import { type Notice, NoticeBar } from '../NoticeBar';
import type { Target } from '../share-link';
import { HostedList } from './HostedList';

type Props = {
  active: Target | null;
  onChoose: (target: Target) => void;
  onRemoved: (target: Target) => void;
  onClose: () => void;
};

/** What comes from OpenAI: how to leave Agent Builder, and the workflows that it hosts while it does. */
export function ImportDialog({ onClose, onChoose, ...hosted }: Props) {
  const { leaving, sidebar } = useAppText();
  /** Of the page it would be behind the dialog, which stays open for the next workflow. */
  const [notice, setNotice] = useState<Notice | null>(null);
  return (
    <Drawer label={leaving.title} className="dialog" onClose={onClose}>
      <header className="dialog-head">
        <h2>{leaving.title}</h2>
        <IconButton label={sidebar.close} onClick={onClose}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      <div className="dialog-body">
        {notice && <NoticeBar notice={notice} onClose={() => setNotice(null)} />}
        <MigrationNotice />
        <div className="hosted">
          <HostedList
            {...hosted}
            notify={setNotice}
            onChoose={(target) => {
              onClose();
              onChoose(target);
            }}
          />
        </div>
      </div>
    </Drawer>
  );
}
