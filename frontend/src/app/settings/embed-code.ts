/** What is displayed on the page as code for one's own page: a whole HTML page, or a React component. */
import { OFFICIAL } from '../element-loader/load-element';
import { type OptionData, SAMPLE } from './option-values';
import { samples } from './samples';

export type CodeLanguage = 'html' | 'react';
/** Who asks: visitors of the page, its users with a token of theirs, or whoever has a session's secret. */
export type SignIn = 'visitors' | 'token' | 'session';

export type CodeFor = {
  language: CodeLanguage;
  signIn: SignIn;
  /** Options as data, without api. */
  options: OptionData;
  /** Addresses of this server, absolute. url: null for a hosted workflow. */
  url: string | null;
  domainKey: string;
  uploadUrl: string | null;
  /** Where chatkit.js and link.js stand, ending in a slash. */
  server: string;
  isOfficial: boolean;
  /** The scheme follows the reader's system unless one was chosen. */
  scheme: 'light' | 'dark' | 'system';
};

/** JavaScript that is printed as it is. */
class Raw {
  constructor(readonly code: string) {}
}

export function codeFor(wanted: CodeFor): string {
  const options = print({ api: api(wanted), ...themed(wanted.options, wanted.scheme) }, '');
  const script = wanted.isOfficial ? OFFICIAL : `${wanted.server}chatkit.js`;
  // Where the secret opens the chat, the element makes the requests itself.
  const scripts = [script, ...(wanted.url && wanted.signIn !== 'session' ? [`${wanted.server}link.js`] : [])];
  return wanted.language === 'html' ? htmlPage(scripts, options) : component(scripts, options);
}

function api({ url, domainKey, uploadUrl, language, signIn }: CodeFor): OptionData {
  if (!url || signIn === 'session') {
    return {
      getClientSecret: new Raw(`async () => {
  // A route of your own server: it keeps the ${url ? 'server key' : 'API key'} and makes the session.
  const response = await fetch('/api/chatkit/session', { method: 'POST' });
  const { client_secret } = await response.json();
  return client_secret;
}`),
    };
  }
  const link = language === 'react' ? 'window.ChatKitLink' : 'ChatKitLink';
  return {
    url,
    domainKey,
    ...(uploadUrl && { uploadStrategy: { type: 'direct', uploadUrl } }),
    fetch: new Raw(signIn === 'token' ? tokenFetch(link) : visitorFetch(link)),
  };
}

const visitorFetch = (link: string) =>
  `(url, init) => ${link}.fetch(url, { ...init, credentials: 'include' })`;

const tokenFetch = (link: string) => `${link}.createFetch({
  fetch: async (url, init) => {
    // A route of your own server: it knows who is signed in there, and signs a token for them.
    const token = await (await fetch('/chat-token', { method: 'POST' })).text();
    const headers = new Headers(init.headers);
    headers.set('Authorization', \`Bearer \${token}\`);
    return fetch(url, { ...init, headers });
  },
})`;

function themed(options: OptionData, scheme: CodeFor['scheme']): OptionData {
  const colorScheme =
    scheme === 'system'
      ? new Raw("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
      : scheme;
  return { ...options, theme: { colorScheme, ...(options.theme as OptionData | undefined) } };
}

const htmlPage = (scripts: string[], options: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Chat</title>
${scripts.map((address) => `    <script src="${address}"></script>`).join('\n')}
  </head>
  <body style="margin: 0">
    <openai-chatkit id="chat" style="display: block; height: 100vh"></openai-chatkit>
    <script>
      document.getElementById('chat').setOptions(${indented(options, '      ')});
    </script>
  </body>
</html>
`;

const component = (scripts: string[], options: string) => `// In the head of the page:
${scripts.map((address) => `//   <script src="${address}"></script>`).join('\n')}
import { ChatKit, useChatKit } from '@openai/chatkit-react';

export function Chat() {
  const { control } = useChatKit(${indented(options, '  ')});
  return <ChatKit control={control} style={{ display: 'block', height: '100vh' }} />;
}
`;

const indented = (text: string, by: string) => text.replaceAll('\n', `\n${by}`);

/** A value as JavaScript, two spaces for each level; short ones stay on their line. */
function print(value: unknown, path: string): string {
  if (value instanceof Raw) return value.code;
  if (typeof value === 'string') {
    const sample = value === SAMPLE ? samples[path] : undefined;
    return sample ? sample.code : quoted(value);
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((entry) => print(entry, path))
    : Object.entries(value).map(
        ([key, entry]) => `${named(key)}: ${print(entry, path ? `${path}.${key}` : key)}`,
      );
  const [open, close, space] = isList ? ['[', ']', ''] : ['{', '}', ' '];
  if (!parts.length) return open + close;
  const line = `${open}${space}${parts.join(', ')}${space}${close}`;
  if (path && line.length <= 80 && !line.includes('\n')) return line;
  return `${open}\n${parts.map((part) => `  ${indented(part, '  ')},`).join('\n')}\n${close}`;
}

const named = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key));

/** JSON knows every escape; what would end the script of a page is broken up. */
const quoted = (text: string) =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'").replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--')}'`;
