/*
 * From a click to the server: an action is found in a prop, gets the values of the form around it, and runs with the
 * loading behaviour it asks for. A control that reports a change while no answer may be started keeps the newest
 * change until one may.
 */
import { createContext, useContext, useEffect, useRef, useState } from 'react';
import type { ActionConfig } from '../protocol/types';
import { type FormValues, withValues } from './form-values';
import { actionOf } from './read-props';

/** What a widget needs from the conversation around it. */
export type WidgetHost = {
  run(action: ActionConfig): Promise<void>;
  /** Why no answer may be started now (another one is coming in, the thread is locked); null when it may. */
  blockedReason: string | null;
  /** Reports to the page what a developer should know. */
  fail?(message: string): void;
};
export const WidgetContext = createContext<Required<WidgetHost>>({
  run: async () => {},
  blockedReason: null,
  fail: () => {},
});

/** Whether a card, list or widget around is waiting for an action: what is inside keeps the focus, and does nothing. */
export const BusyContext = createContext(false);

/** The nearest card, list or widget, which fades while an action with loadingBehavior "container" runs. */
export const ContainerContext = createContext<(work: Promise<void>) => Promise<void>>((work) => work);

/** The values of the form whose fields every action inside it carries; null outside of forms. */
export const FormContext = createContext<(() => FormValues) | null>(null);

type Behavior = 'self' | 'container' | 'none';

const startsAnAnswer = (action: ActionConfig | undefined) =>
  action !== undefined && action.handler !== 'client' && action.streaming !== false;

/** Runs the action in a prop; `automatic` is what "auto" means for this kind of control. */
export function useAction(prop: unknown, automatic: Behavior) {
  const action = actionOf(prop);
  const { run, blockedReason, fail } = useContext(WidgetContext);
  const inContainer = useContext(ContainerContext);
  const formValuesNow = useContext(FormContext);
  const busy = useContext(BusyContext);
  const [loading, setLoading] = useState(false);
  const blocked = !loading && startsAnAnswer(action) ? blockedReason : null;
  /** What a control says of itself instead of being `disabled`, which would let go of the focus. */
  const held = loading || busy || blocked !== null;

  /** `own`: the control's new value, over the one that its form still has. */
  const start = async (own: FormValues = {}) => {
    if (!action || held) return;
    const behavior = behaviorOf(action, automatic);
    const { action: filled, collisions } = withValues(action, { ...formValuesNow?.(), ...own });
    for (const name of collisions) {
      fail(
        `The form field "${name}" was left out of the action "${action.type}": its payload has that key already.`,
      );
    }
    if (behavior === 'self') setLoading(true);
    try {
      const work = run(filled);
      await (behavior === 'container' ? inContainer(work) : work);
    } finally {
      setLoading(false);
    }
  };
  return { action, start, loading, blocked, held };
}

function behaviorOf({ loadingBehavior }: ActionConfig, automatic: Behavior): Behavior {
  const asked: readonly unknown[] = ['self', 'container', 'none'];
  return asked.includes(loadingBehavior) ? (loadingBehavior as Behavior) : automatic;
}

/** For controls that report changes: one that comes while it may not be sent waits, and only the newest is sent. */
export function useChangeAction(prop: unknown) {
  const { start, loading, held } = useAction(prop, 'none');
  const waiting = useRef<FormValues | null>(null);

  const change = (own: FormValues) => {
    if (held) waiting.current = own;
    else void start(own);
  };
  useEffect(() => {
    const own = waiting.current;
    if (held || !own) return;
    waiting.current = null;
    void start(own);
  });
  return { change, loading };
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
