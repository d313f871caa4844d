import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { build, type PluginOption } from 'vite';

/** A script that draws the component `Chat` of this module into the element with the id "app", as a developer's server does: twice. */
export function bundledReact(component: string): Promise<string> {
  return bundled(
    'Chat.jsx',
    component,
    [],
    (name) => `
    import { StrictMode } from 'react';
    import { createRoot } from 'react-dom/client';
    import { Chat } from ${name};
    createRoot(document.getElementById('app')).render(<StrictMode><Chat /></StrictMode>);`,
  );
}

/** The same for a single-file component; `plugin` is the expression that makes Vue's plugin of Vite. */
export function bundledVue(component: string, plugin: string): Promise<string> {
  const made = new Function('vue', `return ${plugin.trim()}`)(vue);
  return bundled(
    'Chat.vue',
    component,
    [made],
    (name) => `
    import { createApp } from 'vue';
    import Chat from ${name};
    createApp(Chat).mount('#app');`,
  );
}

async function bundled(
  file: string,
  component: string,
  plugins: PluginOption[],
  entryFor: (name: string) => string,
): Promise<string> {
  const name = resolve('e2e', file);
  const entry = resolve('e2e/entry.jsx');
  const files: Record<string, string> = { [name]: component, [entry]: entryFor(JSON.stringify(name)) };
  const built = await build({
    configFile: false,
    logLevel: 'error',
    mode: 'development',
    plugins: [
      {
        name: 'given',
        enforce: 'pre',
        resolveId: (id) => (id in files ? id : null),
        load: (id) => files[id],
      },
      ...plugins,
    ],
    build: { write: false, minify: false, rollupOptions: { input: entry } },
  });
  if (!('output' in built)) throw new Error('Vite built no bundle.');
  return built.output[0].code;
}
