import { expect, test } from 'vitest';
import { browserTypes } from './browser-types';

// For scripts/document_widgets.py, which reads no TypeScript. When @openai/chatkit is raised: `npx vitest run -u`.
test('browser.json holds the widget types of the installed @openai/chatkit', async () => {
  await expect(`${JSON.stringify({ nodes: browserTypes().nodes }, null, 2)}\n`).toMatchFileSnapshot(
    './browser.json',
  );
});
