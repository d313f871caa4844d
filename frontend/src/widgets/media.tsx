import { type CSSProperties, useState } from 'react';
import { isIcon, NamedIcon } from './icons';
import { block, color, defined } from './style';
import type { NodeProps } from './WidgetView';

const iconSizes: Record<string, number> = { xs: 12, sm: 14, md: 16, lg: 18, xl: 20, '2xl': 24, '3xl': 30 };

export const IconNode = ({ node }: NodeProps) =>
  isIcon(node.name) ? (
    <span className="w-icon" style={defined({ color: color(node.color, 'text') })}>
      <NamedIcon name={node.name} size={iconSizes[String(node.size)] ?? 16} />
    </span>
  ) : null;

export function ImageNode({ node }: NodeProps) {
  const [broken, setBroken] = useState(false);
  const src =
    typeof node.src === 'string' && /^(https?:|data:image\/|\.?\/)/i.test(node.src) ? node.src : null;
  // A missing picture should leave no broken-image mark in the middle of a card.
  if (!src || broken) return null;
  const names = ['w-image'];
  if (node.frame) names.push('w-frame');
  if (node.flush) names.push('w-flush');
  return (
    <img
      className={names.join(' ')}
      src={src}
      alt={typeof node.alt === 'string' ? node.alt : ''}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setBroken(true)}
      style={defined({
        ...block(node),
        objectFit: node.fit as CSSProperties['objectFit'],
        objectPosition: node.position as string | undefined,
      })}
    />
  );
}

export const Badge = ({ node }: NodeProps) => (
  <span
    className="w-badge"
    data-color={String(node.color ?? 'secondary')}
    data-variant={String(node.variant ?? 'soft')}
    data-size={String(node.size ?? 'sm')}
    data-pill={node.pill ? '' : undefined}
  >
    {String(node.label ?? '')}
  </span>
);
