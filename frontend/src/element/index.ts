import { ChatKitElement } from './element';
import { watchRefusals } from './faults';

function ownAddress(): string {
  if (document.currentScript instanceof HTMLScriptElement) return document.currentScript.src;
  // Loaded as a module or injected by a bundler: there is no current script, so look for the tag.
  return document.querySelector<HTMLScriptElement>('script[src*="chatkit.js"]')?.src ?? document.baseURI;
}

// Whichever script defines the tag first is the UI; a second definition would throw on the host page.
if (!customElements.get('openai-chatkit')) {
  ChatKitElement.frameUrl = new URL('frame.html', ownAddress()).href;
  watchRefusals(ChatKitElement.refusals);
  customElements.define('openai-chatkit', ChatKitElement);
}
