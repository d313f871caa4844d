import { resolve } from 'node:path';
import { build } from 'vite';

/** A script that draws the component `Chat` of this module into the element with the id "app". */
export async function bundled(component: string): Promise<string> {
  const name = resolve('e2e/Chat.jsx');
  const entry = resolve('e2e/entry.jsx');
  const files: Record<string, string> = {
    [name]: component,
    [entry]: `import { createRoot } from 'react-dom/client';
      import { Chat } from ${JSON.stringify(name)};
      createRoot(document.getElementById('app')).render(<Chat />);`,
  };
  const built = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'given',
        enforce: 'pre',
        resolveId: (id) => (id in files ? id : null),
        load: (id) => files[id],
      },
    ],
    build: { write: false, minify: false, rollupOptions: { input: entry } },
  });
  if (!('output' in built)) throw new Error('Vite built no bundle.');
  return built.output[0].code;
}
