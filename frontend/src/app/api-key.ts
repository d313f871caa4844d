/*
 * The visitor's OpenAI API key. It is kept for this tab, or on this device for whoever says so; it goes into the
 * body of the request for a session and nowhere else: into no address, no log, no file.
 */
import { recall, remember, useMemory } from './memory';

const NAME = 'openai-api-key';

export type ApiKey = { key: string; remembered: boolean } | null;

export function useApiKey(): ApiKey {
  const tab = useMemory(NAME, (text) => text, 'tab');
  const device = useMemory(NAME, (text) => text, 'device');
  if (tab) return { key: tab, remembered: false };
  return device ? { key: device, remembered: true } : null;
}

export function keepApiKey(key: string, remembered: boolean) {
  remember(NAME, remembered ? key : null, 'device');
  remember(NAME, remembered ? null : key, 'tab');
}

export function forgetApiKey() {
  remember(NAME, null, 'device');
  remember(NAME, null, 'tab');
}

/** What is wrong with a key that was typed, as far as one can see; the rest is for OpenAI to say. */
export function keyProblem(key: string): string | null {
  if (!key) return 'Paste your OpenAI API key here.';
  // A header carries it, and headers take no more than this.
  if (!/^[\x21-\x7e]+$/.test(key))
    return 'An API key has no spaces and no special characters: copy it once more.';
  if (idLike(key)) return 'This is the id of a workflow. An API key begins with sk-.';
  return null;
}

const idLike = (key: string) => key.startsWith('wf_');

/** Whether a key is there, without reading it. */
export const hasApiKey = () => Boolean(recall(NAME, 'tab') || recall(NAME, 'device'));
