import { LoaderCircle } from 'lucide-react';
import type { ActionConfig } from '../protocol/types';
import { useAction } from './action-context';
import { NamedIcon } from './icons';
import { defined } from './style';
import type { NodeProps } from './WidgetView';

const iconSizes: Record<string, number> = { sm: 14, md: 16, lg: 18, xl: 20, '2xl': 24 };
const smallText = new Set(['3xs', '2xs', 'xs', 'sm']);

export function Button({ node }: NodeProps) {
  const action = node.onClickAction as ActionConfig | undefined;
  const { start, loading, blocked } = useAction(action, 'self');
  const size = String(node.size ?? 'lg');
  const icon = iconSizes[String(node.iconSize)] ?? (smallText.has(size) ? 14 : 16);
  const color = String(node.color ?? (node.style === 'primary' ? 'primary' : 'secondary'));
  const label = typeof node.label === 'string' ? node.label : '';
  return (
    <button
      type="button"
      className="w-button"
      data-color={color}
      data-variant={String(node.variant ?? (node.style === 'primary' ? 'solid' : 'soft'))}
      data-size={size}
      data-pill={node.pill === false ? undefined : ''}
      data-uniform={node.uniform || !label ? '' : undefined}
      style={defined({ width: node.block ? '100%' : undefined })}
      aria-label={label ? undefined : String(node.iconStart ?? node.iconEnd ?? 'Action')}
      aria-busy={loading || undefined}
      disabled={node.disabled === true || loading || blocked !== null}
      title={blocked ?? undefined}
      onClick={(event) => {
        // A button inside a clickable row must not also click the row.
        event.stopPropagation();
        void start();
      }}
    >
      {loading ? (
        <LoaderCircle className="spin" size={icon} aria-hidden />
      ) : (
        <NamedIcon name={node.iconStart} size={icon} />
      )}
      {label && <span>{label}</span>}
      <NamedIcon name={node.iconEnd} size={icon} />
    </button>
  );
}
