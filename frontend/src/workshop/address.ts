/*
 * The address of the page: what is open (`#/widget/order`, `#/starter/poll`) and how it is looked at
 * (`?theme=dark&width=phone&state=2`), so that a link or a reload leads to the same sight.
 */
import { useCallback, useSyncExternalStore } from 'react';

export const WIDTHS = ['fit', 'phone', 'chat', 'tablet', 'all'] as const;
export type WidthName = (typeof WIDTHS)[number];

export type Address = {
  page: 'home' | 'widget' | 'starter';
  /** Of the widget or starter; empty at home. */
  name: string;
  theme: 'light' | 'dark' | null;
  width: WidthName;
  /** Which of the states that the schema names; 0 is the sample data. */
  state: number;
};
export type View = Pick<Address, 'theme' | 'width' | 'state'>;

const HOME: Address = { page: 'home', name: '', theme: null, width: 'fit', state: 0 };

export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, ...rest] = path.split('/');
  const view = new URLSearchParams(query);
  const theme = view.get('theme');
  const width = WIDTHS.find((one) => one === view.get('width'));
  const state = Number(view.get('state'));
  const name = decoded(rest.join('/'));
  return {
    page: name && (page === 'widget' || page === 'starter') ? page : 'home',
    name: page === 'widget' || page === 'starter' ? name : '',
    theme: theme === 'light' || theme === 'dark' ? theme : null,
    width: width ?? 'fit',
    state: Number.isInteger(state) && state > 0 ? state : 0,
  };
}

export function formatAddress({ page, name, theme, width, state }: Address): string {
  const view = new URLSearchParams();
  if (theme) view.set('theme', theme);
  if (page !== 'home' && width !== 'fit') view.set('width', width);
  if (page !== 'home' && state) view.set('state', String(state));
  const path = page === 'home' ? '#/' : `#/${page}/${encodeURIComponent(name)}`;
  return view.size > 0 ? `${path}?${view}` : path;
}

export function useAddress() {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const address = parseAddress(hash);
  /** Opens another page, which Back leaves again. The theme stays. */
  const open = useCallback((page: Address['page'], name = '') => {
    location.hash = formatAddress({ ...HOME, page, name, theme: parseAddress(location.hash).theme });
  }, []);
  /** Another name or another look at the same page. */
  const amend = useCallback((change: Partial<Address>) => {
    history.replaceState(null, '', formatAddress({ ...parseAddress(location.hash), ...change }));
    dispatchEvent(new HashChangeEvent('hashchange'));
  }, []);
  return { address, open, amend };
}

function subscribe(changed: () => void) {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
