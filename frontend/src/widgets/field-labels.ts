/** Fields and their labels: a Label names its field by `fieldName`, wherever in the widget both stand. */
import { createContext, useContext } from 'react';
import type { WidgetNode } from '../protocol/types';
import { asText, nodesOf } from './read-props';

type Fields = { scope: string; labels: ReadonlyMap<string, string> };
export const FieldsContext = createContext<Fields>({ scope: 'field', labels: new Map() });

export function labelsIn(root: WidgetNode): Map<string, string> {
  const labels = new Map<string, string>();
  const pending: WidgetNode[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.type === 'Label') labels.set(asText(node.fieldName), asText(node.value));
    pending.push(...nodesOf(node.children));
  }
  return labels;
}

/** The id that ties a field to its label, and its name for those who do not see the label. */
export function useField(name: string, placeholder?: unknown) {
  const { scope, labels } = useContext(FieldsContext);
  const label = labels.get(name);
  return {
    id: `${scope}${name}`,
    label: label ?? (asText(placeholder) || readableName(name)),
    /** For native controls, which are named by their label where there is one. */
    ariaLabel: label === undefined ? asText(placeholder) || readableName(name) : undefined,
  };
}

/** "shipping.zip_code" is read as "zip code". */
const readableName = (name: string) =>
  (name.split('.').at(-1) ?? name)
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
