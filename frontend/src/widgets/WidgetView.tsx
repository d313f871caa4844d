import { memo, useId, useMemo } from 'react';
import type { WidgetItem as Item } from '../protocol/types';
import { BrokenNote, ErrorBoundary } from '../ui/ErrorBoundary';
import { ContainerContext, useContainer, WidgetContext, type WidgetSurroundings } from './action-context';
import { FieldsContext, labelsIn } from './fields';
import { Node } from './Node';
import { isNode } from './read';
import './widgets.css';

const untold = () => {};

export const WidgetView = memo(function WidgetView({
  item: { widget },
  run,
  refusal,
  fail = untold,
}: { item: Item } & WidgetSurroundings) {
  const { loading, during } = useContainer();
  const scope = useId();
  const surroundings = useMemo(() => ({ run, refusal, fail }), [run, refusal, fail]);
  const fields = useMemo(
    () => ({ scope, labels: isNode(widget) ? labelsIn(widget) : new Map<string, string>() }),
    [scope, widget],
  );
  return (
    <WidgetContext value={surroundings}>
      <FieldsContext value={fields}>
        <ContainerContext value={during}>
          <div className="widget" data-loading={loading ? '' : undefined} inert={loading}>
            <ErrorBoundary resetKey={widget} name="widget" fail={fail} fallback={<BrokenNote />}>
              {isNode(widget) ? <Node node={widget} /> : <BrokenNote />}
            </ErrorBoundary>
          </div>
        </ContainerContext>
      </FieldsContext>
    </WidgetContext>
  );
});
