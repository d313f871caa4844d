import { Component, type ReactNode, type RefObject } from 'react';
import type { Turn } from './turns';

type Props = {
  scroller: RefObject<HTMLElement | null>;
  /** What is scrolled, without room that is left below it. */
  content: RefObject<HTMLElement | null>;
  turns: Turn[];
  children: ReactNode;
};

const itemsOf = (turns: Turn[]) =>
  turns.flatMap(({ question, items }) => (question ? [question, ...items] : items));

/**
 * Older turns that are put in above must not move what the user is reading. A class, because only these
 * are called before a change, when the place is still the old one.
 */
export class ScrollAnchor extends Component<Props> {
  /** How far the place is from the end, which what comes in above does not change. */
  override getSnapshotBeforeUpdate({ turns }: Props): number | null {
    const element = this.props.scroller.current;
    if (turns[0] === this.props.turns[0]) return null;
    const [first] = itemsOf(turns);
    const hasMoved = itemsOf(this.props.turns).findIndex((item) => item.id === first?.id) > 0;
    return element && hasMoved ? this.#height - element.scrollTop : null;
  }

  override componentDidUpdate(_props: Props, _state: unknown, fromEnd: number | null) {
    const element = this.props.scroller.current;
    if (element && fromEnd !== null) element.scrollTop = this.#height - fromEnd;
  }

  get #height() {
    return this.props.content.current?.offsetHeight ?? 0;
  }

  override render() {
    return this.props.children;
  }
}
