import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

afterEach(cleanup);
// What a component will show is waited for on a busy machine, too.
configure({ asyncUtilTimeout: 10_000 });

// jsdom draws nothing: it neither scrolls nor moves, has no sizes and shows no dialogs. Tests with sockets do without.
if (typeof Element !== 'undefined') {
  Element.prototype.scrollTo = () => {};
  HTMLDialogElement.prototype.showModal = function show() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  window.matchMedia = (query) =>
    ({
      media: query,
      matches: query.includes('reduce'),
      addEventListener() {},
      removeEventListener() {},
    }) as unknown as MediaQueryList;
  window.CSS ??= { escape: (name: string) => name.replace(/[^\w-]/g, '\\$&') } as typeof CSS;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
}
