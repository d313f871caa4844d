import type { EnterKey } from '../../options/sendable-options';

type Keys = { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean };

/** Ctrl or Cmd with Enter sends wherever Enter alone does not. */
export const sends = ({ shiftKey, ctrlKey, metaKey }: Keys, enterKey: EnterKey) =>
  enterKey === 'send' ? !shiftKey : ctrlKey || metaKey;
