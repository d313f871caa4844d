import { waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderWidget } from './testing/render-widget';

const TICKS = '.recharts-yAxis-tick-labels text';

/** What stands on the axis of values, as numbers. */
async function axisOf(type: 'line' | 'bar', values: number[]) {
  const { container } = renderWidget({
    type: 'Chart',
    data: values.map((value, at) => ({ at: String(at), value })),
    series: [{ type, dataKey: 'value' }],
    xAxis: 'at',
    showYAxis: true,
  });
  await waitFor(() => expect(container.querySelectorAll(TICKS).length).toBeGreaterThan(1));
  return [...container.querySelectorAll(TICKS)].map(({ textContent }) => Number(textContent));
}

test('the axis of lines is around their values, and is written as exactly as they are', async () => {
  const ticks = await axisOf('line', [-127, -124, -116, -131]);
  expect(Math.max(...ticks)).toBeLessThan(-100);
  expect(Math.min(...ticks)).toBeGreaterThan(-150);
  const fine = await axisOf('line', [1.25, 1.3, 1.45]);
  const steps = fine.slice(1).map((tick, at) => Math.round(1000 * (tick - (fine[at] as number))));
  expect(new Set(steps).size, `even steps: ${fine}`).toBe(1);
});

test('the axis of bars begins at zero', async () => {
  expect(await axisOf('bar', [120, 130])).toContain(0);
});
