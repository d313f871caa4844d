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

/** What is wrong with a key that was typed, as far as one can see; the rest is for OpenAI to check. */
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
export const hasApiKey = () => Boolean(readStored(NAME, 'tab') || readStored(NAME, 'device'));
