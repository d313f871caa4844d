import { type CSSProperties, createContext, Fragment, type ReactNode, useContext } from 'react';
import { Children, keyed, Node } from './Node';
import { nodesOf } from './read-props';
import { joined, separatorAfter, wordsIn } from './reading/words';

/** Inside a box that is read as one line, its texts are no paragraphs of their own. */
const InLineContext = createContext(false);

export const useWordsRole = () => (useContext(InLineContext) ? 'none' : undefined);

type Props = { on: boolean; className: string; style: CSSProperties; of: unknown };

/** A box. Where it is `on` (or in one that is), it is one paragraph, with pauses between its texts. */
export function SingleLine({ on, className, style, of }: Props) {
  const inLine = useContext(InLineContext);
  return (
    <div className={className} style={style} role={on ? 'paragraph' : undefined}>
      {on || inLine ? (
        <InLineContext value={true}>
          <WithPauses of={of} />
        </InLineContext>
      ) : (
        <Children of={of} />
      )}
    </div>
  );
}

function WithPauses({ of }: { of: unknown }): ReactNode {
  let before = '';
  return keyed(nodesOf(of)).map(([key, node]) => {
    const words = joined(wordsIn(node));
    const pause = before && words ? separatorAfter(before) : '';
    before = words || before;
    return (
      <Fragment key={key}>
        {pause && <span className="w-pause visually-hidden">{pause}</span>}
        <Node node={node} />
      </Fragment>
    );
  });
}
