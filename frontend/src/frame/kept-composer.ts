/*
 * What a user has written and chosen, for an element that is moved in its document: its frame loads anew, and goes on
 * from here. Files that are still on their way are not kept.
 */
import type { Attachment } from '../protocol/types';
import type { ComposerSelection } from './composer/composer-selection';
import type { Draft } from './composer/draft';
import type { Uploads } from './composer/uploads';
import type { Store } from './store';

type Composer = {
  readonly draft: Store<Draft>;
  readonly uploads: Uploads;
  readonly selection: ComposerSelection;
};
type Kept = { draft: Draft; attachments: Attachment[]; toolId: string | null; modelId: string | null };

/** Hands over what is in the composer whenever it changes. */
export function keepComposer({ draft, uploads, selection }: Composer, keep: (kept: Kept) => void) {
  const onChange = () =>
    keep({
      draft: draft.value,
      attachments: uploads.state.value.uploads.flatMap(({ attachment }) => attachment ?? []),
      toolId: selection.tool.value?.id ?? null,
      modelId: selection.model.value?.id ?? null,
    });
  for (const store of [draft, uploads.state, selection.tool, selection.model]) store.subscribe(onChange);
}

/** `kept` is what an earlier frame of this element handed over, if anything. */
export function restoreComposer({ draft, uploads, selection }: Composer, kept: unknown) {
  if (typeof kept !== 'object' || !kept) return;
  const { draft: written, attachments, toolId, modelId } = kept as Kept;
  draft.set(written);
  if (attachments.length) uploads.replace(attachments);
  if (toolId) selection.chooseTool(toolId);
  if (modelId) selection.chooseModel(modelId);
}
