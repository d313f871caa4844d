import { memo, useId, useMemo } from 'react';
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
import { renderers } from './renderers';
import './widgets.css';

const ignored = () => {};

export const WidgetView = memo(function WidgetView({
  item: { widget },
  run,
  blockedReason,
  fail = ignored,
}: { item: Item } & WidgetHost) {
  const { loading, during } = useContainer();
  const scope = useId();
  const surroundings = useMemo(() => ({ run, blockedReason, fail }), [run, blockedReason, fail]);
  const fields = useMemo(
    () => ({ scope, labels: isNode(widget) ? labelsIn(widget) : new Map<string, string>() }),
    [scope, widget],
  );
  return (
    <WidgetContext value={surroundings}>
      <FieldsContext value={fields}>
        <ContainerContext value={during}>
          <div className="widget" data-loading={loading ? '' : undefined} aria-busy={loading || undefined}>
            <ErrorBoundary resetKey={widget} name="widget" fail={fail} fallback={<BrokenNote />}>
              {isNode(widget) ? (
                <RenderersContext value={renderers}>
                  <BusyContext value={loading}>
                    <Node node={widget} />
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
