/**
 * The address of something beside the API, with the query of the API's own address: `runs/r/cancel` beside
 * `…/chatkit/research` is `…/chatkit/runs/r/cancel`. The addresses may be relative; nothing is resolved.
 */
export function siblingUrl(apiUrl: string, path: string, after?: number): string {
  const [address = '', query] = apiUrl.replace(/#.*/, '').split('?', 2);
  const search = new URLSearchParams(query);
  search.delete('after');
  if (after !== undefined) search.set('after', String(after));
  const asked = search.toString();
  return `${baseOf(address)}/${path}${asked && `?${asked}`}`;
}

/** Up to and including "/chatkit"; a server that was given another name by a proxy keeps all of it. */
function baseOf(address: string): string {
  const api = address.replace(/\/runs\/[^/]*\/events$/, '').replace(/\/$/, '');
  const end = `/${api}`.lastIndexOf('/chatkit/');
  return end < 0 ? api : api.slice(0, end + '/chatkit'.length - 1);
}
