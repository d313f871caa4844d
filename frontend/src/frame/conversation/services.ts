import type { Language } from '../../language/language';
import type { ChatKitClient } from '../../protocol/client';
import type { Host } from '../host';
import type { Store } from '../store';

/** What a conversation works with; all conversations with one server share them. */
export type Services = { client: ChatKitClient; host: Host; language: Store<Language> };

/**
 * The thread has its id or another title; a response was asked for, the server accepted the request, and the response
 * is over.
 */
export type ConversationEvent = 'thread' | 'start' | 'accepted' | 'end';
