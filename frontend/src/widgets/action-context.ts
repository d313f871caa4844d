import { createContext, useContext, useState } from 'react';
import type { ActionConfig } from '../protocol/types';

/** What a widget needs from the conversation around it. */
export type WidgetSurroundings = {
  run(action: ActionConfig): Promise<void>;
  /** Why no answer may be started now (another one is coming in, the thread is locked); null when it may. */
  refusal: string | null;
};
export const WidgetContext = createContext<WidgetSurroundings>({ run: async () => {}, refusal: null });

/** The nearest card or list, which fades while an action with loadingBehavior "container" runs. */
export const ContainerContext = createContext<(work: Promise<void>) => Promise<void>>((work) => work);

type Behavior = 'self' | 'container' | 'none';

const startsAnAnswer = (action: ActionConfig | undefined) =>
  action !== undefined && action.handler !== 'client' && action.streaming !== false;

/** Runs an action with its loading behaviour; `automatic` is what "auto" means for this kind of control. */
export function useAction(action: ActionConfig | undefined, automatic: Behavior) {
  const { run, refusal } = useContext(WidgetContext);
  const inContainer = useContext(ContainerContext);
  const [loading, setLoading] = useState(false);

  const start = async () => {
    if (!action || loading) return;
    const { loadingBehavior = 'auto' } = action;
    const behavior = loadingBehavior === 'auto' ? automatic : loadingBehavior;
    if (behavior === 'self') setLoading(true);
    try {
      const work = run(action);
      await (behavior === 'container' ? inContainer(work) : work);
    } finally {
      setLoading(false);
    }
  };
  return { start, loading, blocked: !loading && startsAnAnswer(action) ? refusal : null };
}

export function useContainer() {
  const [loading, setLoading] = useState(false);
  const during = async (work: Promise<void>) => {
    setLoading(true);
    try {
      await work;
    } finally {
      setLoading(false);
    }
  };
  return { loading, during };
}
