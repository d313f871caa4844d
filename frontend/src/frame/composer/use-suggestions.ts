import { type KeyboardEvent, type RefObject, useState } from 'react';
import type { Chat } from '../chat';
import { useChat } from '../context';
import { useStore } from '../store';
import { labelOf } from './draft';
import { replaceRange } from './replace-range';
import { type Suggestion, Suggestions } from './suggestions';
import { triggerAt } from './trigger';

type Doing = { picker: RefObject<HTMLInputElement | null>; dictate(): void };

/** The menu above the composer, between its text field and what is found. */
export function useSuggestions(field: RefObject<HTMLTextAreaElement | null>, doing: Doing) {
  const chat = useChat();
  const [suggestions] = useState(() => new Suggestions(chat, () => actionsOf(chat, doing)));
  const state = useStore(suggestions.state);

  /** Puts something in the place of the sign and what follows it. */
  const replace = (text: string) => {
    const { trigger } = suggestions.state.value;
    if (!field.current || !trigger) return;
    replaceRange(field.current, trigger.start, trigger.end, text);
  };
  const insert = (entity: Parameters<typeof labelOf>[0]) => {
    chat.entities.remember(entity);
    replace(`${labelOf(entity)} `);
    chat.log('entity.insert', { id: entity.id });
  };
  const choose = async (suggestion: Suggestion) => {
    if (suggestion.type === 'entity') return insert(suggestion.entity);
    if (suggestion.type === 'action') {
      replace('');
      return suggestion.run();
    }
    chat.log('command.select', { id: suggestion.id });
    try {
      const selected = await suggestions.select(suggestion.command);
      if (selected === 'menu') {
        replace('/');
        return suggestions.again();
      }
      if (selected) return insert(selected);
      replace('');
    } catch {
      // The menu displays it, and stays.
    }
  };

  const chooseActive = () => {
    const { found, active } = suggestions.state.value;
    if (found[active]) void choose(found[active]);
  };

  const onKey = (event: KeyboardEvent): boolean => {
    const { trigger, status, found, active } = suggestions.state.value;
    if (!trigger) return false;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        if (!found.length) return false;
        suggestions.move(event.key === 'ArrowDown' ? 1 : -1);
        break;
      case 'Escape':
        suggestions.back();
        break;
      case 'Enter':
      case 'Tab': {
        const chosen = found[active];
        if (event.shiftKey || (!chosen && status !== 'searching')) return false;
        if (status === 'searching') suggestions.whenFound(chooseActive);
        else if (chosen) void choose(chosen);
        break;
      }
      default:
        return false;
    }
    event.preventDefault();
    return true;
  };

  return {
    list: {
      state,
      onChoose: (suggestion: Suggestion) => void choose(suggestion),
      onPoint: (at: number) => suggestions.point(at),
    },
    onKey,
    onCaret: (caret: number | null) =>
      suggestions.follow(caret === null ? null : triggerAt(chat.draft.value, caret, suggestions.signs)),
  };
}

/** What the composer can do by itself, as commands. */
function actionsOf(chat: Chat, { picker, dictate }: Doing): Extract<Suggestion, { type: 'action' }>[] {
  const { composer } = chat.options.value;
  const { text } = chat.language.value;
  const group = text.menu.actions;
  const tools = (composer?.tools ?? []).map(({ id, label, icon }) => ({
    type: 'action' as const,
    id: `tool ${id}`,
    label,
    icon,
    group,
    run: () => chat.selection.chooseTool(id),
  }));
  return [
    ...(composer?.attachments?.enabled
      ? [
          {
            type: 'action' as const,
            id: 'files',
            label: text.files.attach,
            icon: 'document',
            group,
            run: () => picker.current?.click(),
          },
        ]
      : []),
    ...(composer?.dictation?.enabled
      ? [
          {
            type: 'action' as const,
            id: 'dictate',
            label: text.dictation.start,
            icon: 'phone',
            group,
            run: dictate,
          },
        ]
      : []),
    ...tools,
  ];
}
