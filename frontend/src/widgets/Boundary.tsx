import { Component, type ReactNode } from 'react';
import { useText } from '../language/language';

type Props = {
  of: unknown;
  /** What it is, for developers. */
  name: string;
  fail?: (message: string) => void;
  /** Stands in its place. */
  note: ReactNode;
  children: ReactNode;
};
type State = { broken: unknown };

/** A part that cannot be drawn is a small note, and all else stays; with new data (`of`) it is tried again. */
export class Boundary extends Component<Props, State> {
  override state: State = { broken: undefined };

  static getDerivedStateFromError(): Partial<State> {
    return { broken: true };
  }

  override componentDidCatch(error: unknown) {
    const why = error instanceof Error ? error.message : String(error);
    this.props.fail?.(`The ${this.props.name} could not be drawn: ${why}`);
  }

  override componentDidUpdate(before: Props) {
    if (this.state.broken && before.of !== this.props.of) this.setState({ broken: undefined });
  }

  override render() {
    return this.state.broken ? this.props.note : this.props.children;
  }
}

export const Broken = () => <span className="w-note">{useText().widgets.broken}</span>;
