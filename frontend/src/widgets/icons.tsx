/*
 * ChatKit's icon names and the lucide icons that draw them. Imported one by one: the whole set would cost the
 * first load more than everything else together, so it comes when a widget names an icon of it (`lucide:name`).
 */

import {
  Atom,
  Award,
  BookMarked,
  BookOpen,
  BookText,
  Bot,
  Box,
  Briefcase,
  Bug,
  Calendar,
  ChartColumn,
  ChartLine,
  Check,
  ChevronLeft,
  ChevronRight,
  Circle,
  CircleCheck,
  CircleHelp,
  CircleUser,
  Clock,
  Code,
  Compass,
  Dot,
  Ellipsis,
  EllipsisVertical,
  ExternalLink,
  File,
  FileText,
  FlaskConical,
  Globe,
  IdCard,
  Image,
  Images,
  Info,
  KeyRound,
  Layers,
  LifeBuoy,
  Lightbulb,
  type LucideIcon,
  Mail,
  Map as MapIcon,
  MapPin,
  Monitor,
  NotebookPen,
  NotebookText,
  PartyPopper,
  Pencil,
  PencilLine,
  Phone,
  Play,
  Plus,
  RotateCw,
  Search,
  SlidersHorizontal,
  Smartphone,
  Sparkle,
  Sparkles,
  SquareCode,
  SquarePen,
  Star,
  TextQuote,
  User,
  WholeWord,
  Zap,
} from 'lucide-react';
import { type ReactNode, Suspense } from 'react';
import { LucideIcon as NamedLucideIcon } from './LucideIcon';

const icons: Record<string, LucideIcon> = {
  agent: Bot,
  analytics: ChartLine,
  atom: Atom,
  batch: Layers,
  bolt: Zap,
  'book-open': BookOpen,
  'book-closed': BookText,
  'book-clock': BookMarked,
  bug: Bug,
  calendar: Calendar,
  chart: ChartColumn,
  check: Check,
  'check-circle': CircleCheck,
  'check-circle-filled': CircleCheck,
  'chevron-left': ChevronLeft,
  'chevron-right': ChevronRight,
  'circle-question': CircleHelp,
  clock: Clock,
  code: Code,
  compass: Compass,
  confetti: PartyPopper,
  cube: Box,
  desktop: Monitor,
  document: FileText,
  dot: Dot,
  'dots-horizontal': Ellipsis,
  'dots-vertical': EllipsisVertical,
  'empty-circle': Circle,
  'external-link': ExternalLink,
  globe: Globe,
  keys: KeyRound,
  lab: FlaskConical,
  images: Images,
  info: Info,
  lifesaver: LifeBuoy,
  lightbulb: Lightbulb,
  mail: Mail,
  'map-pin': MapPin,
  maps: MapIcon,
  mobile: Smartphone,
  name: WholeWord,
  notebook: NotebookText,
  'notebook-pencil': NotebookPen,
  'page-blank': File,
  phone: Phone,
  play: Play,
  plus: Plus,
  profile: CircleUser,
  'profile-card': IdCard,
  reload: RotateCw,
  star: Star,
  'star-filled': Star,
  search: Search,
  sparkle: Sparkle,
  'sparkle-double': Sparkles,
  'square-code': SquareCode,
  'square-image': Image,
  'square-text': TextQuote,
  suitcase: Briefcase,
  'settings-slider': SlidersHorizontal,
  user: User,
  wreath: Award,
  write: Pencil,
  'write-alt': PencilLine,
  'write-alt2': SquarePen,
};

const filled = new Set(['star-filled', 'check-circle-filled']);
const STROKE = 1.75;

export const isIcon = (name: unknown): name is string =>
  typeof name === 'string' &&
  (Object.hasOwn(icons, name) || /^(lucide:[a-z0-9-]+|vendor:\p{L}.*)$/iu.test(name));

/** `otherwise`: what stands there where there is no such icon. */
type IconProps = { name: unknown; size?: number; otherwise?: ReactNode };

export function NamedIcon({ name, size = 16, otherwise = null }: IconProps) {
  if (!isIcon(name)) return otherwise;
  if (name.startsWith('vendor:')) return <VendorMark name={name.slice('vendor:'.length)} size={size} />;
  if (name.startsWith('lucide:')) {
    return (
      <Suspense fallback={<span style={{ width: size, height: size }} />}>
        <NamedLucideIcon
          name={name.slice('lucide:'.length).toLowerCase()}
          size={size}
          strokeWidth={STROKE}
          otherwise={otherwise}
        />
      </Suspense>
    );
  }
  const Icon = icons[name] as LucideIcon;
  return (
    <Icon
      size={size}
      strokeWidth={STROKE}
      fill={filled.has(name) ? 'currentColor' : 'none'}
      className={filled.has(name) ? 'w-filled' : undefined}
      aria-hidden
      data-icon={name}
    />
  );
}

/** Marks of companies are theirs; an initial stands for one. */
const VendorMark = ({ name, size }: { name: string; size: number }) => (
  <span
    className="w-vendor"
    style={{ width: size, height: size, fontSize: size * 0.62 }}
    title={name}
    aria-hidden
    data-icon={`vendor:${name}`}
  >
    {name.charAt(0).toUpperCase()}
  </span>
);
