/** The drawing of a Chart. Loaded with recharts when the first one is on the screen. */
import { useLayoutEffect, useRef, useState } from 'react';
import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from 'recharts';
import { useLanguage } from '../language/language';
import type { Axis, ChartRow, Series } from './chart-data';
import { asText } from './read-props';

type Props = {
  rows: ChartRow[];
  series: Series[];
  axis: Axis;
  yAxis: boolean;
  tooltip: boolean;
  barGap: number | undefined;
  barCategoryGap: number | undefined;
};

const tick = { fill: 'var(--text-3)', fontSize: 12 };
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export default function ChartPlot({ rows, series, axis, yAxis, tooltip, barGap, barCategoryGap }: Props) {
  const animated = !still();
  const { compact, number } = useLanguage();
  const { box, size } = useSize();
  // A bar is as long as its value, so it begins at zero; a line that moved between two large values would look flat.
  const isLines = series.every(({ type }) => type === 'line');
  const written = (value: number) => (Math.abs(value) < 10_000 ? number(value) : compact(value));
  return (
    <div ref={box} className="w-plot-area">
      <ComposedChart
        {...size}
        data={rows}
        barGap={barGap}
        barCategoryGap={barCategoryGap}
        margin={{ top: 8, right: 8, bottom: 0, left: 8 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--border-subtle)" />
        <XAxis
          dataKey={axis.dataKey}
          hide={axis.hide}
          tickFormatter={axis.nameOf}
          tick={tick}
          tickLine={false}
          axisLine={false}
          tickMargin={8}
          minTickGap={12}
          interval="preserveStartEnd"
        />
        {yAxis && (
          <YAxis
            tick={tick}
            tickLine={false}
            axisLine={false}
            width="auto"
            domain={isLines ? ['auto', 'auto'] : undefined}
            tickFormatter={(value) => (typeof value === 'number' ? written(value) : asText(value))}
          />
        )}
        {tooltip && (
          <Tooltip
            content={(props) => <ChartTooltip {...props} series={series} axis={axis} />}
            cursor={{ fill: 'var(--hover)', stroke: 'var(--border)' }}
            isAnimationActive={false}
          />
        )}
        {series.map((_, at) => plotOf(series, at, animated))}
      </ComposedChart>
    </div>
  );
}

/** What the plot may fill; some size where there is none yet, as in a card that is folded up. */
function useSize() {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 480, height: 240 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width && height)
        setSize((last) => (last.width === width && last.height === height ? last : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, size };
}

function plotOf(series: Series[], at: number, animated: boolean) {
  const { key, type, dataKey, label, color, stack, curve } = series[at] as Series;
  const shared = { dataKey, name: label, isAnimationActive: animated, animationDuration: 400 };
  if (type === 'bar') {
    // Only the top of a stack is round.
    const top = stack === undefined || !series.slice(at + 1).some((other) => other.stack === stack);
    return (
      <Bar
        key={key}
        {...shared}
        stackId={stack}
        fill={color}
        radius={top ? [4, 4, 0, 0] : 0}
        maxBarSize={48}
      />
    );
  }
  if (type === 'line') {
    return (
      <Line
        key={key}
        {...shared}
        type={curve}
        stroke={color}
        strokeWidth={2}
        dot={false}
        activeDot={{ r: 4 }}
      />
    );
  }
  return (
    <Area
      key={key}
      {...shared}
      type={curve}
      stackId={stack}
      stroke={color}
      strokeWidth={2}
      fill={color}
      fillOpacity={0.18}
    />
  );
}

function ChartTooltip({
  active,
  payload,
  label,
  series,
  axis,
}: TooltipContentProps & { series: Series[]; axis: Axis }) {
  const { number } = useLanguage();
  if (!active || payload.length === 0) return null;
  return (
    <div className="w-hint">
      <strong>{axis.nameOf(label)}</strong>
      {payload.map(({ dataKey, value }) => {
        const one = series.find((known) => known.dataKey === dataKey);
        return (
          one && (
            <span key={one.dataKey}>
              <span className="w-swatch" style={{ background: one.color }} />
              {one.label}
              <b>{typeof value === 'number' ? number(value) : asText(value)}</b>
            </span>
          )
        );
      })}
    </div>
  );
}
