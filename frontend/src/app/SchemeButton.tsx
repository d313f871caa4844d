import { Monitor, Moon, Sun } from 'lucide-react';
import { IconButton } from './IconButton';
import { useAppText } from './language/app-language';
import type { SidebarProps } from './sidebar-props';

const schemes = { system: Monitor, light: Sun, dark: Moon };

export function SchemeButton({ scheme, onNextScheme }: Pick<SidebarProps, 'scheme' | 'onNextScheme'>) {
  const { theme } = useAppText();
  const Icon = schemes[scheme];
  return (
    <IconButton label={theme[scheme]} onClick={onNextScheme}>
      <Icon size={18} aria-hidden />
    </IconButton>
  );
}
