import type { WidthName } from '../address';

/** Pixels of a screen or a chat, and what of it a widget may have: all but the margins. */
export type Width = { name: Exclude<WidthName, 'fit' | 'all'>; label: string; outer: number; inner: number };

/** A phone; the column of a chat beside a page; a tablet, whose chat is as wide as it gets. */
export const WIDTHS: Width[] = [
  { name: 'phone', label: 'Phone', outer: 390, inner: 358 },
  { name: 'chat', label: 'Chat', outer: 480, inner: 448 },
  { name: 'tablet', label: 'Tablet', outer: 768, inner: 736 },
];
