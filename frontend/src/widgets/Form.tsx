import { createContext, useCallback, useContext, useEffect, useMemo, useRef } from 'react';
import { FormContext, useAction, WidgetContext } from './action-context';
import { formValues } from './form-values';
import { boxStyle, directionOf } from './layout';
import { Children, type NodeProps } from './Node';

/** How the form around a submit button stands; null outside of forms. */
export type Submission = { submits: boolean; loading: boolean; blocked: string | null; held: boolean };
export const SubmissionContext = createContext<Submission | null>(null);

export function Form({ node }: NodeProps) {
  return useContext(SubmissionContext) ? <InnerForm node={node} /> : <OuterForm node={node} />;
}

function OuterForm({ node }: NodeProps) {
  const form = useRef<HTMLFormElement>(null);
  const values = useCallback(() => formValues(form.current), []);
  const { action, start, loading, blocked, held } = useAction(node.onSubmitAction, 'container');
  const submits = action !== undefined;
  const submission = useMemo(() => ({ submits, loading, blocked, held }), [submits, loading, blocked, held]);
  return (
    <FormContext value={values}>
      <SubmissionContext value={submission}>
        <form
          ref={form}
          className="w-box"
          style={boxStyle(node, directionOf(node.direction, 'column'), { gap: '12px' })}
          onSubmit={(event) => {
            event.preventDefault();
            void start(values());
          }}
        >
          <Children of={node.children} />
        </form>
      </SubmissionContext>
    </FormContext>
  );
}

/** HTML knows no form in a form: its fields belong to the outer one. */
function InnerForm({ node }: NodeProps) {
  const { fail } = useContext(WidgetContext);
  const lost = node.onSubmitAction !== undefined;
  useEffect(() => {
    if (lost) fail('A Form inside a form was drawn without its onSubmitAction: the outer form submits.');
  }, [fail, lost]);
  return (
    <div className="w-box" style={boxStyle(node, directionOf(node.direction, 'column'), { gap: '12px' })}>
      <Children of={node.children} />
    </div>
  );
}
