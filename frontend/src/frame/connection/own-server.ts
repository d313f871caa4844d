/** The server that this frame comes from, asked by the frame itself. */
import { formWith } from '../../bridge/serve-request';
import type { ResumableFetchInit } from '../../resumable-fetch/resumable-fetch';
import { sendWithProgress } from '../../resumable-fetch/send-with-progress';

export const isOwn = (url: string) => new URL(url).origin === location.origin;

/**
 * A fetch that asks the frame's own server without its cookies: what a page of another origin causes must not be done
 * in the name of the user that the browser knows here. Other servers, such as those of uploads, are asked `byPage`.
 */
export function askedByFrame(byPage: typeof fetch): typeof fetch {
  return (input, init: ResumableFetchInit = {}) => {
    const url = String(input);
    if (!isOwn(url)) return byPage(url, init);
    const { onSent, body, ...rest } = init;
    const own = { ...rest, credentials: 'omit', body: body instanceof File ? formWith(body) : body } as const;
    return onSent ? sendWithProgress(url, own, onSent) : fetch(url, own);
  };
}
