/** Like `fetch`, and reports how much of the body has been sent, from 0 to 1, which no fetch can do yet. */
export function sendWithProgress(
  url: string,
  { method = 'POST', headers, body, signal, credentials }: RequestInit,
  onSent: (part: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.withCredentials = credentials === 'include';
    new Headers(headers).forEach((value, name) => {
      request.setRequestHeader(name, value);
    });
    request.upload.onprogress = ({ loaded, total }) => onSent(loaded / (total || 1));
    request.onload = () => {
      const lines = request.getAllResponseHeaders().matchAll(/^(.+?): (.*)$/gm);
      const answered = Array.from(lines, ([, name, value]) => [name, value] as [string, string]);
      const { status, statusText } = request;
      resolve(new Response(request.responseText || null, { status, statusText, headers: answered }));
    };
    request.onerror = () => reject(new TypeError('Failed to fetch'));
    request.onabort = () => reject(signal?.reason);
    signal?.addEventListener('abort', () => request.abort());
    if (signal?.aborted) request.abort();
    request.send(body as XMLHttpRequestBodyInit | null);
  });
}
