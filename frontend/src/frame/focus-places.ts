/** Where the focus can rest when what had it is gone. */

/** The conversation itself, which then scrolls with the keys. */
export const conversationOf = (page: Document) => page.querySelector<HTMLElement>('.thread, .main');

export const composerOf = (page: Document) => page.querySelector<HTMLElement>('.composer textarea');
