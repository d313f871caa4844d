/*
 * The visitor's OpenAI API key. It is kept for this tab, or on this device if the user wants that; it goes into the
 * body of the request for a session and nowhere else: into no address, no log, no file.
 */
import { readStored, useStored, writeStored } from '../local-storage';

const NAME = 'openai-api-key';

export type ApiKey = { key: string; remembered: boolean } | null;

export function useApiKey(): ApiKey {
  const tab = useStored(NAME, (text) => text, 'tab');
  const device = useStored(NAME, (text) => text, 'device');
  if (tab) return { key: tab, remembered: false };
  return device ? { key: device, remembered: true } : null;
}

export function storeApiKey(key: string, remembered: boolean) {
  writeStored(NAME, remembered ? key : null, 'device');
  writeStored(NAME, remembered ? null : key, 'tab');
}

export function forgetApiKey() {
  writeStored(NAME, null, 'device');
  writeStored(NAME, null, 'tab');
}

/** Each has a sentence in the language of the page. */
export type KeyProblem = 'empty' | 'characters' | 'isWorkflow';

/** What is wrong with a key that was typed, as far as one can see; the rest is for OpenAI to check. */
export function keyProblem(key: string): KeyProblem | null {
  if (!key) return 'empty';
  // A header carries it, and headers take no more than this.
  if (!/^[\x21-\x7e]+$/.test(key)) return 'characters';
  if (idLike(key)) return 'isWorkflow';
  return null;
}

const idLike = (key: string) => key.startsWith('wf_');

/** Whether a key is there, without reading it. */
export const hasApiKey = () => Boolean(readStored(NAME, 'tab') || readStored(NAME, 'device'));
