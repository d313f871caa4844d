/* The states of a widget: its sample data, and the examples that its schema has besides. */
import { useEffect, useMemo, useState } from 'react';
import { preview, type WidgetDraft } from '../workshop-api';

/** How each is called, and what the chosen one renders to: `tree` for the sample data, which is drawn as it is typed. */
export function useStates(name: string, draft: WidgetDraft, tree: unknown, state: number) {
  const { schema_text } = draft;
  const examples = useMemo(() => examplesIn(schema_text), [schema_text]);
  const example = state > 0 ? examples[state - 1] : undefined;
  const [drawn, setDrawn] = useState<{ example: unknown; tree: unknown; problem: string } | null>(null);
  useEffect(() => {
    if (example === undefined) return;
    const stop = new AbortController();
    preview(name, { ...draft, data: JSON.stringify(example) }, stop.signal).then(
      ({ tree: rendered, problems }) =>
        setDrawn({ example, tree: rendered, problem: rendered ? '' : problems.join(' ') }),
      () => {}, // the editor reports a server that is away
    );
    return () => stop.abort();
  }, [name, draft, example]);
  const isDrawn = example !== undefined && drawn?.example === example;
  return {
    labels: ['Sample data', ...examples.map((one, at) => labelOf(one, at))],
    chosen: example === undefined ? 0 : state,
    tree: example === undefined ? tree : isDrawn ? drawn.tree : null,
    data: example === undefined ? draft.data : JSON.stringify(example),
    problem: isDrawn ? drawn.problem : '',
  };
}

function examplesIn(schema: string): unknown[] {
  try {
    const { examples } = JSON.parse(schema);
    return Array.isArray(examples) ? examples : [];
  } catch {
    return [];
  }
}

/** A state is called by its `status`, `state` or `title` where it has one. */
function labelOf(example: unknown, at: number): string {
  const fields = Object(example) as Record<string, unknown>;
  const word = ['status', 'state', 'form', 'title', 'summary']
    .map((key) => fields[key])
    .find((one) => typeof one === 'string');
  return typeof word === 'string' ? word : `Example ${at + 1}`;
}
