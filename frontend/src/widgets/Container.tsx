import { type CSSProperties, type ReactNode, useContext } from 'react';
import { BusyContext, ContainerContext, useContainer } from './action-context';
import { ThemeContext, useForcedTheme } from './forced-theme';
import type { NodeProps } from './Node';
import { oneOf } from './read-props';
import { color, defined } from './style';

type Props = NodeProps & { className: string; style?: CSSProperties; children: ReactNode };

/** A card or list: it may force a theme, and fades while an action with that loading behaviour runs. */
export function Container({ node, className, style, children }: Props) {
  const { loading, during } = useContainer();
  const busy = useContext(BusyContext) || loading;
  const outer = useForcedTheme();
  const theme = oneOf(node.theme, ['light', 'dark']);
  return (
    <ContainerContext value={during}>
      <section
        className={className}
        data-theme={theme}
        data-loading={loading ? '' : undefined}
        aria-busy={loading || undefined}
        style={defined({ ...style, background: color(node.background, 'surface') })}
      >
        <BusyContext value={busy}>
          <ThemeContext value={theme ?? outer}>{children}</ThemeContext>
        </BusyContext>
      </section>
    </ContainerContext>
  );
}
