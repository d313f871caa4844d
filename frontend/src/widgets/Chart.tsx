import { lazy, Suspense, useId } from 'react';
import { useText } from '../language/language';
import type { NodeProps } from './Node';
import { flag, isObject, named, number, oneOf, words } from './read';
import { block, color, seriesColors } from './style';

const ChartPlot = lazy(() => import('./ChartPlot'));

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
export type Row = Record<string, string | number>;
export type Axis = { dataKey: string; hide: boolean; nameOf: (value: unknown) => string };

export function Chart({ node }: NodeProps) {
  const text = useText().widgets;
  const caption = useId();
  const rows = (Array.isArray(node.data) ? node.data : []).filter(isObject) as Row[];
  const series = seriesOf(node.series);
  const axis = axisOf(node.xAxis);
  if (rows.length === 0 || series.length === 0) return null;
  return (
    <figure className="w-chart" style={block(node)} aria-labelledby={caption}>
      <figcaption id={caption} className="visually-hidden">
        {[text.chart, series.map(({ label }) => label).join(', ')].filter(Boolean).join(': ')}
      </figcaption>
      <div className="w-plot" aria-hidden>
        <Suspense>
          <ChartPlot
            rows={rows}
            series={series}
            axis={axis}
            yAxis={flag(node.showYAxis)}
            tooltip={flag(node.showTooltip, true)}
            barGap={number(node.barGap)}
            barCategoryGap={number(node.barCategoryGap)}
          />
        </Suspense>
      </div>
      {flag(node.showLegend, true) && <Legend series={series} />}
      <DataTable rows={rows} series={series} axis={axis} />
    </figure>
  );
}

const Legend = ({ series }: { series: Series[] }) => (
  <ul className="w-legend" aria-hidden>
    {series.map((one) => (
      <li key={one.key}>
        <span className="w-swatch" data-type={one.type} style={{ background: one.color }} />
        {one.label}
      </li>
    ))}
  </ul>
);

/** The chart for those who do not see it. */
const DataTable = ({ rows, series, axis }: { rows: Row[]; series: Series[]; axis: Axis }) => (
  <table className="visually-hidden">
    <thead>
      <tr>
        <td />
        {series.map((one) => (
          <th key={one.key} scope="col">
            {one.label}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of data have no names
        <tr key={at}>
          <th scope="row">{axis.nameOf(row[axis.dataKey])}</th>
          {series.map((one) => (
            <td key={one.key}>{words(row[one.dataKey])}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);

function seriesOf(series: unknown): Series[] {
  const seen = new Map<string, number>();
  return (Array.isArray(series) ? series : []).filter(isObject).flatMap((one, at) => {
    const type = oneOf(one.type, ['bar', 'area', 'line']);
    const dataKey = words(one.dataKey);
    if (!type || !dataKey) return [];
    const before = seen.get(dataKey) ?? 0;
    seen.set(dataKey, before + 1);
    return {
      key: `${dataKey} ${before}`,
      type,
      dataKey,
      label: words(one.label) || dataKey,
      color: color(one.color, 'chart') ?? (seriesColors[at % seriesColors.length] as string),
      stack: words(one.stack) || undefined,
      curve: oneOf(one.curveType, curves) ?? 'natural',
    };
  });
}

function axisOf(axis: unknown): Axis {
  const { dataKey, hide, labels } = isObject(axis) ? axis : { dataKey: axis };
  const names = isObject(labels) ? labels : {};
  return {
    dataKey: words(dataKey),
    hide: hide === true,
    nameOf: (value) => words(named(names, String(value))) || words(value),
  };
}
