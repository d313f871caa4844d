import { LoaderCircle } from 'lucide-react';
import { type MouseEvent, useContext } from 'react';
import { useText } from '../language/language';
import { useAction } from './action-context';
import { useDoubleClick } from './double-click';
import { SubmissionContext } from './Form';
import { NamedIcon } from './icons';
import type { NodeProps } from './Node';
import { asBoolean, asText, oneOf } from './read-props';
import { iconName } from './reading/control-names';
import { useReading } from './reading/reading';
import { withSignsRead } from './reading/signs';
import { controlSize, controlStyle, iconSize } from './sizes';

const colors = [
  'primary',
  'secondary',
  'info',
  'discovery',
  'success',
  'caution',
  'warning',
  'danger',
] as const;
export const variants = ['solid', 'soft', 'outline', 'ghost'] as const;

export function Button({ node }: NodeProps) {
  const own = useAction(node.onClickAction, 'self');
  const form = useContext(SubmissionContext);
  const text = useText().widgets;
  // A form without an action of its own is checked, and then the button's action runs.
  const submits = node.submit === true && form?.submits === true;
  const { loading, blocked, held } = submits ? form : own;
  const primary = node.style === 'primary';
  const icon = iconSize(node.iconSize, controlSize(node.size).icon);
  const label = asText(node.label);
  const { names, chosen } = useReading();
  const ownName = label || iconName(asText(node.iconStart) || asText(node.iconEnd)) || text.action;
  const name = withSignsRead(names.get(node) ?? ownName, text);

  const isFirstHalf = useDoubleClick(own.action?.type);
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    // A button inside a clickable row must not also click the row.
    event.stopPropagation();
    if (!isFirstHalf(event)) return event.preventDefault();
    if (submits || held || (node.submit === true && event.currentTarget.form?.reportValidity() === false))
      return;
    void own.start();
  };
  return (
    <button
      type={submits ? 'submit' : 'button'}
      className="w-button"
      data-color={oneOf(node.color, colors) ?? (primary ? 'primary' : 'secondary')}
      data-variant={oneOf(node.variant, variants) ?? (primary || node.submit === true ? 'solid' : 'soft')}
      data-pill={asBoolean(node.pill, true) ? '' : undefined}
      data-uniform={node.uniform === true || !label ? '' : undefined}
      data-block={node.block === true ? '' : undefined}
      style={controlStyle(node.size)}
      aria-label={name === label ? undefined : name}
      aria-pressed={chosen.get(node)}
      aria-busy={loading || undefined}
      aria-disabled={held || undefined}
      disabled={node.disabled === true}
      title={blocked ?? undefined}
      onClick={click}
    >
      {loading ? (
        <LoaderCircle className="spin" size={icon} aria-hidden />
      ) : (
        <NamedIcon name={node.iconStart} size={icon} />
      )}
      {label && <span dir="auto">{label}</span>}
      <NamedIcon name={node.iconEnd} size={icon} />
    </button>
  );
}
