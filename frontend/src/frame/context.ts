import { createContext, useContext } from 'react';
import type { Chat } from './chat';
import type { Conversation } from './conversation/conversation';

export const ChatContext = createContext<Chat | null>(null);
export const ConversationContext = createContext<Conversation | null>(null);

export const useChat = () => present(useContext(ChatContext));
export const useConversation = () => present(useContext(ConversationContext));

function present<T>(value: T | null): T {
  if (value === null) throw new Error('This component needs the chat around it.');
  return value;
}
