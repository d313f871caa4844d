import { Component, type ReactNode, type RefObject } from 'react';

type Props = { scroller: RefObject<HTMLElement | null>; first: string | undefined; children: ReactNode };

/**
 * Older turns that are put in above must not move what the user is reading. A class, because only these
 * are called before a change, when the place is still the old one.
 */
export class ScrollAnchor extends Component<Props> {
  /** How far the place is from the end, which what comes in above does not change. */
  override getSnapshotBeforeUpdate({ first }: Props): number | null {
    const element = this.props.scroller.current;
    return element && first !== this.props.first ? element.scrollHeight - element.scrollTop : null;
  }

  override componentDidUpdate(_props: Props, _state: unknown, fromEnd: number | null) {
    const element = this.props.scroller.current;
    if (element && fromEnd !== null) element.scrollTop = element.scrollHeight - fromEnd;
  }

  override render() {
    return this.props.children;
  }
}
