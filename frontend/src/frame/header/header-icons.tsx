/*
 * The icons that the host page may put into the header. A button with nothing but an icon needs a name for those who
 * cannot see it, and the options have none, so each icon is named by what it usually stands for.
 */
import type { HeaderIcon } from '@openai/chatkit';
import {
  ArrowLeft,
  BookOpen,
  Bug,
  ChevronLeft,
  ChevronsLeft,
  ChevronsRight,
  CircleEllipsis,
  Ellipsis,
  EllipsisVertical,
  History,
  House,
  LayoutGrid,
  type LucideIcon,
  Maximize,
  Maximize2,
  Menu,
  MessageCircleDashed,
  Minimize,
  Minimize2,
  Moon,
  PanelLeft,
  PanelLeftClose,
  PanelLeftDashed,
  PanelLeftOpen,
  PanelRight,
  PanelRightClose,
  PanelRightDashed,
  PanelRightOpen,
  Settings,
  Share,
  SquareMenu,
  SquarePen,
  Star,
  Sun,
  TextAlignStart,
  X,
} from 'lucide-react';
import type { Text } from '../../language/language';

export type HeaderIconName = keyof Text['header']['icons'];

const icons: Record<HeaderIcon, [LucideIcon, HeaderIconName]> = {
  'sidebar-left': [PanelLeft, 'sidebar'],
  'sidebar-right': [PanelRight, 'sidebar'],
  'sidebar-open-left': [PanelLeftOpen, 'sidebar'],
  'sidebar-open-right': [PanelRightOpen, 'sidebar'],
  'sidebar-open-left-alt': [PanelLeftOpen, 'sidebar'],
  'sidebar-open-right-alt': [PanelRightOpen, 'sidebar'],
  'sidebar-floating-left': [PanelLeftDashed, 'sidebar'],
  'sidebar-floating-right': [PanelRightDashed, 'sidebar'],
  'sidebar-floating-open-left': [PanelLeftDashed, 'sidebar'],
  'sidebar-floating-open-right': [PanelRightDashed, 'sidebar'],
  'sidebar-collapse-left': [PanelLeftClose, 'sidebar'],
  'sidebar-collapse-right': [PanelRightClose, 'sidebar'],
  'collapse-left': [PanelLeftClose, 'collapse'],
  'collapse-right': [PanelRightClose, 'collapse'],
  'open-left': [PanelLeftOpen, 'expand'],
  'open-right': [PanelRightOpen, 'expand'],
  'double-chevron-left': [ChevronsLeft, 'collapse'],
  'double-chevron-right': [ChevronsRight, 'expand'],
  home: [House, 'home'],
  'home-alt': [House, 'home'],
  'back-small': [ChevronLeft, 'back'],
  'back-large': [ArrowLeft, 'back'],
  'expand-large': [Maximize, 'expand'],
  'collapse-large': [Minimize, 'collapse'],
  'expand-small': [Maximize2, 'expand'],
  'collapse-small': [Minimize2, 'collapse'],
  star: [Star, 'favourite'],
  'star-filled': [Star, 'favourite'],
  bug: [Bug, 'report'],
  'chat-temporary': [MessageCircleDashed, 'temporary'],
  'settings-cog': [Settings, 'settings'],
  grid: [LayoutGrid, 'grid'],
  'dots-horizontal': [Ellipsis, 'more'],
  'dots-vertical': [EllipsisVertical, 'more'],
  'dots-horizontal-circle': [CircleEllipsis, 'more'],
  'dots-vertical-circle': [CircleEllipsis, 'more'],
  menu: [TextAlignStart, 'menu'],
  'menu-inverted': [SquareMenu, 'menu'],
  hamburger: [Menu, 'menu'],
  history: [History, 'history'],
  'book-open': [BookOpen, 'guide'],
  compose: [SquarePen, 'compose'],
  share: [Share, 'share'],
  'light-mode': [Sun, 'light'],
  'dark-mode': [Moon, 'dark'],
  close: [X, 'close'],
};

export const nameOfIcon = (icon: HeaderIcon): HeaderIconName => icons[icon][1];

export function HeaderGlyph({ icon }: { icon: HeaderIcon }) {
  const [Icon] = icons[icon];
  // What points to one side points to the other where lines begin at the right.
  const pointing = /left|right|back|chevron/.test(icon);
  const turned = icon === 'dots-vertical-circle';
  return (
    <Icon
      size={19}
      className={pointing ? 'pointing' : undefined}
      style={turned ? { rotate: '90deg' } : undefined}
      fill={icon === 'star-filled' ? 'currentColor' : 'none'}
      aria-hidden
    />
  );
}
