import { Component, type ReactNode } from 'react';
import { useText } from '../language/language';

type Props = {
  /** The data that is drawn. */
  resetKey: unknown;
  /** What it is, for developers. */
  name: string;
  fail?: (message: string) => void;
  /** Stands in its place. */
  fallback: ReactNode;
  children: ReactNode;
};
type State = { broken: unknown };

/** A part that cannot be drawn is replaced by its fallback, and all else stays; with new data it is tried again. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { broken: undefined };

  static getDerivedStateFromError(): Partial<State> {
    return { broken: true };
  }

  override componentDidCatch(error: unknown) {
    const why = error instanceof Error ? error.message : String(error);
    this.props.fail?.(`The ${this.props.name} could not be drawn: ${why}`);
  }

  override componentDidUpdate(before: Props) {
    if (this.state.broken && before.resetKey !== this.props.resetKey) this.setState({ broken: undefined });
  }

  override render() {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}

export const BrokenNote = () => <span className="w-note">{useText().widgets.broken}</span>;
