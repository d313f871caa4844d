import type { ClipboardEvent } from 'react';

/** A formula is drawn in pieces, and twice: what is copied as text is its source. */
export function copyWithFormulas(event: ClipboardEvent<HTMLElement>) {
  const selection = getSelection();
  if (!selection || selection.rangeCount === 0) return;
  const range = selection.getRangeAt(0);
  for (const end of ['start', 'end'] as const) {
    const node = range[`${end}Container`];
    const formula = (node instanceof Element ? node : node.parentElement)?.closest('.md-formula');
    if (formula && end === 'start') range.setStartBefore(formula);
    if (formula && end === 'end') range.setEndAfter(formula);
  }
  const copied = range.cloneContents();
  const formulas = copied.querySelectorAll<HTMLElement>('.md-formula');
  if (formulas.length === 0) return;
  for (const formula of formulas) formula.replaceWith(formula.dataset.source ?? '');
  const box = document.createElement('div');
  box.append(copied);
  event.clipboardData.setData('text/html', box.innerHTML);
  event.clipboardData.setData('text/plain', textOf(box));
  event.preventDefault();
}

/** Its text with its lines, which only a document that is displayed knows. */
function textOf(box: HTMLElement): string {
  box.style.cssText = 'position: fixed; inset-inline-start: 200vw; white-space: pre-wrap';
  document.body.append(box);
  const text = box.innerText;
  box.remove();
  return text;
}
