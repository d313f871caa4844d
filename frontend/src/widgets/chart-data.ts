/** What a Chart draws, read from the props of its node. */
import { asText, isObject, named, oneOf } from './read-props';
import { color, seriesColors } from './style';

export const curves = [
  'basis',
  'basisClosed',
  'basisOpen',
  'bumpX',
  'bumpY',
  'bump',
  'linear',
  'linearClosed',
  'natural',
  'monotoneX',
  'monotoneY',
  'monotone',
  'step',
  'stepBefore',
  'stepAfter',
] as const;

export type Series = {
  /** Two series may draw the same column of the data. */
  key: string;
  type: 'bar' | 'area' | 'line';
  dataKey: string;
  label: string;
  color: string;
  stack: string | undefined;
  curve: (typeof curves)[number];
};
export type ChartRow = Record<string, string | number>;
export type Axis = { dataKey: string; hide: boolean; nameOf: (value: unknown) => string };

export function seriesOf(series: unknown): Series[] {
  const seen = new Map<string, number>();
  return (Array.isArray(series) ? series : []).filter(isObject).flatMap((one, at) => {
    const type = oneOf(one.type, ['bar', 'area', 'line']);
    const dataKey = asText(one.dataKey);
    if (!type || !dataKey) return [];
    const before = seen.get(dataKey) ?? 0;
    seen.set(dataKey, before + 1);
    return {
      key: `${dataKey} ${before}`,
      type,
      dataKey,
      label: asText(one.label) || dataKey,
      color: color(one.color, 'chart') ?? (seriesColors[at % seriesColors.length] as string),
      stack: asText(one.stack) || undefined,
      curve: oneOf(one.curveType, curves) ?? 'natural',
    };
  });
}

export function axisOf(axis: unknown): Axis {
  const { dataKey, hide, labels } = isObject(axis) ? axis : { dataKey: axis };
  const names = isObject(labels) ? labels : {};
  return {
    dataKey: asText(dataKey),
    hide: hide === true,
    nameOf: (value) => asText(named(names, String(value))) || asText(value),
  };
}
