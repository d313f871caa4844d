import { useEffect, useState } from 'react';
import type { Chat } from '../chat';

const bringsFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;

/** Takes files that are dropped anywhere on the chat; true while some are held above it. */
export function useFileDrop(chat: Chat, enabled: boolean): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    // Each element reports that it is entered before the one before it is left.
    let entered = 0;
    const leaving = new AbortController();
    const on = (name: 'dragenter' | 'dragover' | 'dragleave' | 'drop', handle: (event: DragEvent) => void) =>
      addEventListener(
        name,
        (event) => {
          if (!bringsFiles(event)) return;
          // Also where no files are taken: a browser would leave the page and show the file instead.
          event.preventDefault();
          if (enabled) handle(event);
        },
        { signal: leaving.signal },
      );
    on('dragenter', () => setOver(++entered > 0));
    on('dragleave', () => setOver(--entered > 0));
    on('dragover', () => {});
    on('drop', ({ dataTransfer }) => {
      entered = 0;
      setOver(false);
      chat.uploads.add([...(dataTransfer?.files ?? [])]);
      void chat.focusComposer();
    });
    return () => {
      leaving.abort();
      setOver(false);
    };
  }, [chat, enabled]);
  return over;
}
