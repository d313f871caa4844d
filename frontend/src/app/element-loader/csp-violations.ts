/** A chat without a font or a picture is still a chat. */
const FATAL = /^(script|frame|child|default)-src/;

/** What the Content-Security-Policy of this page has blocked since the watch started, if a chat needs it. */
export class CspViolations {
  #kept: { directive: string; from: string }[] = [];
  onBlocked = () => {};

  constructor() {
    document.addEventListener('securitypolicyviolation', this.#note);
  }

  stop() {
    document.removeEventListener('securitypolicyviolation', this.#note);
  }

  /** The directive that kept something of this origin out. */
  directiveAgainst(origin: string): string | null {
    return this.#kept.find(({ from }) => from.startsWith(origin))?.directive ?? null;
  }

  #note = ({ blockedURI, effectiveDirective, disposition }: SecurityPolicyViolationEvent) => {
    if (disposition === 'report' || !FATAL.test(effectiveDirective)) return;
    // "script-src-elem" is what was broken; "script-src" is what one writes.
    this.#kept.push({ directive: effectiveDirective.replace(/-(elem|attr)$/, ''), from: blockedURI });
    this.onBlocked();
  };
}
