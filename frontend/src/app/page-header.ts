/*
 * On a phone there is room for one header. The chat's carries what is on the page's own, as options that any ChatKit
 * element knows, unless these options are in use already or the chat has no header.
 */
import type { ChatKitOptions, HeaderOption } from '@openai/chatkit';

export type PageHeader = {
  title: string;
  onMenu: () => void;
  onSettings: () => void;
  /** Whether the chat's header is there and carries this one. */
  onCarried: (isCarried: boolean) => void;
};

/** The chat's header with the page's in it; null where it cannot carry it. */
export function carrying(page: PageHeader | null, header: ChatKitOptions['header']): HeaderOption | null {
  if (!page || header?.enabled === false || header?.leftAction || header?.rightAction) return null;
  return {
    ...header,
    title: header?.title ?? { text: page.title },
    leftAction: { icon: 'hamburger', onClick: page.onMenu },
    rightAction: { icon: 'settings-cog', onClick: page.onSettings },
  };
}
