/* What docs/reference/widget-nodes.md says of each node; scripts/document_widgets.py writes both. */
import type { NodeJson } from './insert-node';
import described from './nodes.json';

export type PropAbout = { path: string; values: string; needed: boolean; default: string; means: string };
export type NodeAbout = {
  name: string;
  group: string;
  about: string;
  /** A widget that has the node in it. */
  example: NodeJson;
  props: PropAbout[];
};

export const NODES = described as unknown as NodeAbout[];

/** The words that a prop takes, as JSON; none where it takes anything else. */
export function choices({ values }: PropAbout): string[] {
  if (values === 'true, false') return ['true', 'false'];
  const words = values.split(', ');
  return words.every((word) => /^`.*`$/.test(word)) ? words.map((word) => `"${word.slice(1, -1)}"`) : [];
}
