import { act, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { beforeAll, expect, test } from 'vitest';
import { Markdown } from '../markdown/Markdown';
import { tolerateForeignNodes } from './foreign-nodes';

beforeAll(tolerateForeignNodes);

const texts = (within: Node) => {
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (walker.nextNode()) found.push(walker.currentNode as Text);
  return found.filter((node) => node.data.trim());
};

/** As translators do: what a text says is said again in elements of theirs. */
function translate(within: Node) {
  for (const text of texts(within)) {
    const outer = document.createElement('font');
    const inner = document.createElement('font');
    inner.textContent = text.data.toUpperCase();
    outer.append(inner);
    text.replaceWith(outer);
  }
}

/** As spelling extensions do: the text stays, within an element of theirs. */
function wrap(within: Node) {
  for (const text of texts(within)) {
    const around = document.createElement('font');
    text.replaceWith(around);
    around.append(text);
  }
}

const remove = (within: Node) => {
  for (const text of texts(within)) text.remove();
};

const HALF = 'One **two** three\n\n- four [five](https://a.example) `six`\n- se';
const WHOLE = `${HALF}ven *eight*\n\nNine <b>ten</b>, eleven.`;
const SEEN = 'One two three four five six seven eight Nine ten, eleven.';
const seen = (element: Element) => (element.textContent ?? '').replace(/\s+/g, ' ').trim();

test.each([
  ['translated', translate],
  ['wrapped', wrap],
  ['taken out', remove],
])('an answer whose text was %s goes on, and ends without an error', (name, change) => {
  const { container, rerender, unmount } = render(<Markdown text={HALF} streaming />);
  change(container);
  rerender(<Markdown text={WHOLE.slice(0, -8)} streaming />);
  change(container);
  rerender(<Markdown text={WHOLE} />);
  if (name === 'wrapped') expect(seen(container)).toBe(SEEN);
  if (name === 'translated') expect(seen(container).toLowerCase()).toBe(SEEN.toLowerCase());
  rerender(<Markdown text="Another answer." />);
  expect(seen(container)).toMatch(/Another answer\.$/i);
  expect(seen(container)).not.toMatch(/one|eight/i);
  unmount();
  expect(document.body.textContent).toBe('');
});

function Changing() {
  const [step, setStep] = useState(0);
  return (
    <p>
      <button type="button" onClick={() => setStep(step + 1)}>
        next
      </button>
      {step > 0 && 'put before '}
      count {step}
      {step < 2 && <i>soon gone</i>} end
    </p>
  );
}

test.each([
  ['translated', translate],
  ['wrapped', wrap],
])('parts that come and go stay in their order when texts were %s', (_, change) => {
  const { container } = render(<Changing />);
  const next = () => act(() => container.querySelector('button')?.click());
  change(container);
  next();
  expect(seen(container).toLowerCase()).toBe('nextput before count 1soon gone end');
  change(container);
  next();
  expect(seen(container).toLowerCase()).toBe('nextput before count 2 end');
  expect(screen.queryByText(/soon gone/i)).toBeNull();
});
