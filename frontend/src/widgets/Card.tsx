import { LoaderCircle } from 'lucide-react';
import { type MouseEvent, type ReactNode, useContext, useMemo, useRef } from 'react';
import { FormContext, useAction } from './action-context';
import { Container } from './Container';
import { useDoubleClick } from './double-click';
import { type Submission, SubmissionContext } from './Form';
import { formValues } from './form-values';
import { Children, type NodeProps } from './Node';
import { asText, isObject } from './read-props';
import { StatusLine } from './StatusLine';
import { cardWidth, controlStyle } from './sizes';
import { border, padding } from './style';

export function Card({ node }: NodeProps) {
  // Inside another form a card cannot be one: its fields belong to that one.
  const inForm = useContext(SubmissionContext) !== null;
  return (
    <Container
      node={node}
      className="w-card"
      style={{ maxWidth: cardWidth(node.size), ...border(node.border) }}
    >
      <StatusLine status={node.status} />
      {node.asForm === true && !inForm ? <CardForm node={node} /> : <Content node={node} />}
    </Container>
  );
}

type ContentProps = NodeProps & { confirm?: ReactNode };

/** A collapsed card keeps its fields: they come back as they were left. */
const Content = ({ node, confirm }: ContentProps) => (
  <div className="w-card-content" hidden={node.collapsed === true}>
    <div className="w-card-body" style={padding(node.padding)}>
      <Children of={node.children} />
    </div>
    {(isObject(node.confirm) || isObject(node.cancel)) && (
      <footer className="w-card-footer">
        {isObject(node.cancel) && <FooterButton of={node.cancel} primary={false} />}
        {isObject(node.confirm) && (confirm ?? <FooterButton of={node.confirm} primary />)}
      </footer>
    )}
  </div>
);

/** Only the confirmation carries the values of the card's fields. */
function CardForm({ node }: NodeProps) {
  const form = useRef<HTMLFormElement>(null);
  const confirm = isObject(node.confirm) ? node.confirm : {};
  const { action, start, loading, blocked, held } = useAction(confirm.action, 'container');
  const submits = action !== undefined;
  const submission = useMemo<Submission>(
    () => ({ submits, loading, blocked, held }),
    [submits, loading, blocked, held],
  );
  return (
    <FormContext value={null}>
      <SubmissionContext value={submission}>
        <form
          ref={form}
          onSubmit={(event) => {
            event.preventDefault();
            void start(formValues(form.current));
          }}
        >
          <Content
            node={node}
            confirm={
              <PlainButton type="submit" primary label={confirm.label} {...{ loading, blocked, held }} />
            }
          />
        </form>
      </SubmissionContext>
    </FormContext>
  );
}

function FooterButton({ of, primary }: { of: Record<string, unknown>; primary: boolean }) {
  const { action, start, loading, blocked, held } = useAction(of.action, 'container');
  const isFirstHalf = useDoubleClick(action?.type);
  return (
    <PlainButton
      type="button"
      primary={primary}
      label={of.label}
      loading={loading}
      blocked={blocked}
      held={held}
      onClick={(event) => isFirstHalf(event) && void start()}
    />
  );
}

type PlainButtonProps = {
  type: 'button' | 'submit';
  primary: boolean;
  label: unknown;
  loading: boolean;
  blocked: string | null;
  held: boolean;
  onClick?: (event: MouseEvent) => void;
};

const PlainButton = ({ type, primary, label, loading, blocked, held, onClick }: PlainButtonProps) => (
  <button
    type={type}
    className="w-button"
    data-color={primary ? 'primary' : 'secondary'}
    data-variant={primary ? 'solid' : 'outline'}
    data-pill=""
    style={controlStyle('md')}
    aria-busy={loading || undefined}
    aria-disabled={held || undefined}
    title={blocked ?? undefined}
    onClick={onClick}
  >
    {loading && <LoaderCircle className="spin" size={16} aria-hidden />}
    {asText(label)}
  </button>
);
