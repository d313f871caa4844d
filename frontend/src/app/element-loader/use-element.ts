/*
 * Which element the page draws its chat with. Agents of this server work with either, and the user chooses;
 * workflows hosted by OpenAI work with OpenAI's alone, because its servers speak with no other. A page can define
 * the tag once, so a connection that needs the other element is opened by a new page at the same address.
 */
import { useEffect, useState } from 'react';
import { serverUrl } from '../agents';
import { isId } from '../hosted/workflows';
import { readStored, useStored, writeStored } from '../local-storage';
import { type Target, targetOf } from '../share-link';
import { type ElementChoice, type LoadedElement, loadElement } from './load-element';

const NAME = 'element';
const choices: ElementChoice[] = ['built-in', 'official', 'auto'];

export const useElementChoice = () =>
  useStored<ElementChoice>(NAME, (text) => choices.find((choice) => choice === text) ?? 'built-in');

export function chooseElement(choice: ElementChoice) {
  writeStored(NAME, choice === 'built-in' ? null : choice);
  location.reload();
}

let loading: Promise<LoadedElement> | null = null;
let asked: ElementChoice = 'built-in';

export type ElementState = { element: LoadedElement | null; failure: string | null };

export function useElement(target: Target | null): ElementState {
  const choice = useElementChoice();
  const current = target ?? targetOf(readStored('active'));
  const wanted = current?.kind === 'workflow' && isId(current.id) ? 'official' : choice;
  const [state, setState] = useState<ElementState>({ element: null, failure: null });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a page loads one element, the one it needs at first
  useEffect(() => {
    if (!loading) {
      asked = wanted;
      loading = loadElement({ choice: wanted, builtIn: serverUrl('chatkit.js') });
    }
    loading.then(
      (element) => setState({ element, failure: null }),
      (error: Error) => setState({ element: null, failure: error.message }),
    );
  }, []);

  const { element, failure } = state;
  const isOther =
    target !== null && (element ? !serves(element, wanted) : failure !== null && asked !== wanted);
  useEffect(() => {
    if (isOther) location.reload();
  }, [isOther]);
  return isOther ? { element: null, failure: null } : state;
}

const serves = ({ source }: LoadedElement, wanted: ElementChoice) =>
  wanted === 'auto' || source === 'present' || source === wanted;
