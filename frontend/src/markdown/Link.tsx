/*
 * A link in a text. A model writes any address, and one with words of the conversation in it brings them to a stranger
 * with a click. So an address whose host nothing else has named, and one that hides behind another, is shown in full
 * before it is opened. That is decided when it is clicked: what has been named grows with the conversation.
 */
import { type MouseEvent, type ReactNode, useContext, useState } from 'react';
import { LinkPolicyContext } from '../ui/link-policy';
import { LinkDialog } from './LinkDialog';
import { namesAnother } from './names-another';
import { safeHref } from './safe-href';

type Props = { href?: string; title?: string; children?: ReactNode };

export function Link({ href, title, children }: Props) {
  const policy = useContext(LinkPolicyContext);
  const [showing, setShowing] = useState(false);
  const address = href ? safeHref(href) : undefined;
  if (!address) return <span>{children}</span>;

  const onClick = async (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.defaultPrevented || event.button > 1 || !/^https?:/.test(address)) return;
    const url = new URL(address);
    const hides = [event.currentTarget.textContent, title].some((text) => namesAnother(text ?? '', url));
    if (!hides && policy.isNamed(url)) return;
    event.preventDefault();
    if (!hides && (await policy.isNamedByTool(url))) openInNewTab(address);
    else setShowing(true);
  };
  return (
    <>
      <a
        href={address}
        title={title}
        target="_blank"
        rel="noopener noreferrer"
        onClick={onClick}
        // The middle button.
        onAuxClick={onClick}
      >
        {children}
      </a>
      {showing && <LinkDialog address={address} onClose={() => setShowing(false)} />}
    </>
  );
}

/** The way of a link, which keeps the page that opens it unknown. */
function openInNewTab(address: string) {
  const link = document.createElement('a');
  Object.assign(link, { href: address, target: '_blank', rel: 'noopener noreferrer' });
  link.click();
}
