import { type CSSProperties, useState } from 'react';
import { useImageSource } from '../ui/image-sources';
import { isIcon, NamedIcon } from './icons';
import type { NodeProps } from './Node';
import { asBoolean, asText, oneOf } from './read-props';
import { iconSize } from './sizes';
import { block, color, defined } from './style';

export const IconNode = ({ node }: NodeProps) =>
  isIcon(node.name) ? (
    <span className="w-icon" style={defined({ color: color(node.color, 'text') })}>
      <NamedIcon name={node.name} size={iconSize(node.size)} />
    </span>
  ) : null;

const positions = [
  'top left',
  'top',
  'top right',
  'left',
  'center',
  'right',
  'bottom left',
  'bottom',
  'bottom right',
] as const;

export function ImageNode({ node }: NodeProps) {
  const [broken, setBroken] = useState<string | null>(null);
  const src = useImageSource(node.src);
  const names = ['w-image'];
  if (node.frame === true) names.push('w-frame');
  if (node.flush === true) names.push('w-flush');
  const style: CSSProperties = defined({
    ...block(node),
    objectFit: oneOf(node.fit, ['cover', 'contain', 'fill', 'scale-down', 'none']),
    objectPosition: oneOf(node.position, positions),
  });
  // What cannot be had keeps its place, and is named where it has a name.
  if (!src || broken === src) {
    names.push('w-image-missing');
    return (
      <span className={names.join(' ')} style={style}>
        {asText(node.alt)}
      </span>
    );
  }
  return (
    <img
      className={names.join(' ')}
      src={src}
      alt={asText(node.alt)}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setBroken(src)}
      style={style}
    />
  );
}

const badgeColors = ['secondary', 'success', 'danger', 'warning', 'info', 'discovery'] as const;

export const Badge = ({ node }: NodeProps) => (
  <span
    className="w-badge"
    data-color={oneOf(node.color, badgeColors) ?? 'secondary'}
    data-variant={oneOf(node.variant, ['solid', 'soft', 'outline']) ?? 'soft'}
    data-size={oneOf(node.size, ['sm', 'md', 'lg']) ?? 'sm'}
    data-pill={asBoolean(node.pill) ? '' : undefined}
    dir="auto"
  >
    {asText(node.label)}
  </span>
);
