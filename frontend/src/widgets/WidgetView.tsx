import { memo, type Ref, useId, useMemo } from 'react';
import { useText } from '../language/language';
import type { WidgetItem as Item } from '../protocol/types';
import { BrokenNote, ErrorBoundary } from '../ui/ErrorBoundary';
import {
  BusyContext,
  ContainerContext,
  useContainer,
  WidgetContext,
  type WidgetHost,
} from './action-context';
import { FieldsContext, labelsIn } from './field-labels';
import { Node, RenderersContext } from './Node';
import { isNode } from './read-props';
import { nothingToRead, ReadingContext, readingOf } from './reading/reading';
import { renderers } from './renderers';
import './widgets.css';

const ignored = () => {};

export const WidgetView = memo(function WidgetView({
  item: { widget },
  run,
  blockedReason,
  fail = ignored,
  ref,
}: { item: Item; ref?: Ref<HTMLDivElement> } & WidgetHost) {
  const { loading, during } = useContainer();
  const scope = useId();
  const surroundings = useMemo(() => ({ run, blockedReason, fail }), [run, blockedReason, fail]);
  const fields = useMemo(
    () => ({ scope, labels: isNode(widget) ? labelsIn(widget) : new Map<string, string>() }),
    [scope, widget],
  );
  const reading = useMemo(() => (isNode(widget) ? readingOf(widget) : nothingToRead), [widget]);
  const text = useText().widgets;
  return (
    <WidgetContext value={surroundings}>
      <FieldsContext value={fields}>
        <ContainerContext value={during}>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form */}
          <div
            ref={ref}
            className="widget"
            role="group"
            aria-label={reading.title || text.untitled}
            data-loading={loading ? '' : undefined}
            aria-busy={loading || undefined}
          >
            <ErrorBoundary resetKey={widget} name="widget" fail={fail} fallback={<BrokenNote />}>
              {isNode(widget) ? (
                <RenderersContext value={renderers}>
                  <BusyContext value={loading}>
                    <ReadingContext value={reading}>
                      <Node node={widget} />
                    </ReadingContext>
                  </BusyContext>
                </RenderersContext>
              ) : (
                <BrokenNote />
              )}
            </ErrorBoundary>
          </div>
        </ContainerContext>
      </FieldsContext>
    </WidgetContext>
  );
});
