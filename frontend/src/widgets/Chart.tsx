import { lazy, Suspense, useId } from 'react';
import { useText } from '../language/language';
import { type Axis, axisOf, type ChartRow, type Series, seriesOf } from './chart-data';
import type { NodeProps } from './Node';
import { asBoolean, asNumber, asText, isObject } from './read-props';
import { useReading } from './reading/reading';
import { block } from './style';

const ChartPlot = lazy(() => import('./ChartPlot'));

export function Chart({ node }: NodeProps) {
  const text = useText().widgets;
  const caption = useId();
  const title = useReading().captions.get(node);
  const rows = (Array.isArray(node.data) ? node.data : []).filter(isObject) as ChartRow[];
  const series = seriesOf(node.series);
  const axis = axisOf(node.xAxis);
  if (rows.length === 0 || series.length === 0) return null;
  return (
    <figure className="w-chart" style={block(node)} aria-labelledby={caption}>
      <figcaption id={caption} className="visually-hidden">
        {[text.chart, title, series.map(({ label }) => label).join(', ')].filter(Boolean).join(': ')}
      </figcaption>
      <div className="w-plot" aria-hidden>
        <Suspense>
          <ChartPlot
            rows={rows}
            series={series}
            axis={axis}
            yAxis={asBoolean(node.showYAxis)}
            tooltip={asBoolean(node.showTooltip, true)}
            barGap={asNumber(node.barGap)}
            barCategoryGap={asNumber(node.barCategoryGap)}
          />
        </Suspense>
      </div>
      {asBoolean(node.showLegend, true) && <Legend series={series} />}
      <DataTable caption={title || text.chart} rows={rows} series={series} axis={axis} />
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

type DataProps = { caption: string; rows: ChartRow[]; series: Series[]; axis: Axis };

/** The chart for those who do not see it. */
const DataTable = ({ caption, rows, series, axis }: DataProps) => (
  <table className="visually-hidden">
    <caption>{caption}</caption>
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
            <td key={one.key}>{asText(row[one.dataKey])}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);
