// The plots of the page, as SVG by Apache ECharts on the server. Colours are CSS variables, so that one picture is
// right in light and in dark.
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import type { CaseReport, Metric, PeerReport, SuiteReport } from '../harness/model.js';
import { formatValue, significant } from './format.js';
import { type Look, lookOf } from './palette.js';

use([BarChart, CustomChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, LabelLayout, SVGRenderer]);

const WIDTH = 960;
const ROW = 24;

const text = { color: 'var(--ink)', fontFamily: 'system-ui, sans-serif', fontSize: 13 };
const axisLine = { lineStyle: { color: 'var(--line)' } };
const splitLine = { lineStyle: { color: 'var(--grid)' } };
const category = { type: 'category', inverse: true, axisLine, axisTick: { show: false }, axisLabel: text } as const;

function draw(height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({ animation: false, textStyle: text, ...option });
    return chart.renderToSVGString();
  } finally {
    // Its timers would keep the program alive.
    chart.dispose();
  }
}

/** A plot with what its colours mean; the page writes the legend, because only a browser knows how wide a text is. */
export interface Plot {
  readonly svg: string;
  readonly legend: readonly (Look & { readonly title: string })[];
}

/** Ratios beyond this in either direction are drawn hollow at the edge: one of 10 000 would flatten all others. */
const EDGE = 100;

/** One metric of all cases of a suite: how many times better than the baseline each peer is, a dot for each. */
export function ratioPlot(suite: SuiteReport, metricId: string): Plot | undefined {
  const ratios = (peer: string): [ratio: number, row: string][] =>
    suite.cases.flatMap(({ id, rows }) => {
      const ratio = rows.find((row) => row.peer === peer)?.measurements[metricId]?.ratio;
      return ratio === undefined ? [] : [[ratio.median, id]];
    });
  const peers = suite.peers.filter(({ id }) => ratios(id).length > 0);
  if (peers.length === 0) return undefined;
  const svg = draw(suite.cases.length * ROW * 1.2 + 50, {
    grid: { left: 110, right: 24, top: 12, bottom: 32 },
    xAxis: logAxis((value) => `${significant(value)}×`, 1 / EDGE, EDGE),
    yAxis: { ...category, data: suite.cases.map(({ id }) => id), splitLine: { show: true, ...splitLine } },
    series: peers.map((peer) => {
      const { colour, shape } = lookOf(peer, suite.peers);
      return {
        type: 'scatter',
        silent: true,
        symbol: shape,
        symbolSize: peer.ours === true ? 15 : 10,
        // What is named first is what people use by default: on top.
        z: peer.ours === true ? 100 - peers.indexOf(peer) : 2,
        data: ratios(peer.id).map(([ratio, row]) => {
          const drawn = Math.min(EDGE, Math.max(1 / EDGE, ratio));
          const hollow = { color: 'var(--paper)', borderColor: colour, borderWidth: 2 };
          return {
            value: [drawn, row],
            itemStyle: drawn === ratio ? { color: colour, opacity: peer.ours === true ? 1 : 0.75 } : hollow,
          };
        }),
        markLine: lineAtOne,
      };
    }),
  });
  return { svg, legend: legendOf(peers, suite) };
}

/** One case: a bar with its spread for each peer, the best at the top. */
export function barPlot(report: CaseReport, metric: Metric, peers: readonly PeerReport[]): string | undefined {
  const bars = report.rows
    .flatMap((row) => {
      const measured = row.measurements[metric.id];
      const peer = peers.find(({ id }) => id === row.peer)!;
      return measured === undefined ? [] : [{ peer, measured }];
    })
    .sort((a, b) => (metric.better === 'lower' ? 1 : -1) * (a.measured.median - b.measured.median));
  if (bars.length < 2) return undefined;
  const numbers = bars.map(({ measured }) => measured.median);
  // Bars start at zero unless the smallest could not be seen beside the largest; then the axis says that it is logarithmic.
  const isWide = Math.max(...numbers) / Math.min(...numbers) > 30;
  const label = (value: number): string => formatValue(value, metric.unit);
  return draw(bars.length * ROW + 60, {
    grid: { left: 250, right: 90, top: 8, bottom: 44 },
    xAxis: {
      ...(isWide ? logAxis(label) : { type: 'value', axisLabel: { ...text, formatter: label }, splitLine }),
      ...axisName(`${metric.title}, ${metric.better} is better${isWide ? ', logarithmic' : ''}`, 28),
    },
    yAxis: {
      ...category,
      data: bars.map(({ peer }) => peer.title),
      ...(isWide ? { splitLine: { show: true, ...splitLine } } : {}),
    },
    series: [
      {
        // The length of a bar says nothing where the axis does not start at zero: there it is a dot.
        ...(isWide ? { type: 'scatter', symbolSize: 12 } : { type: 'bar', barWidth: 14 }),
        silent: true,
        data: bars.map(({ peer, measured }, index) => ({
          value: isWide ? [measured.median, index] : measured.median,
          itemStyle: { color: peer.ours === true ? 'var(--ours)' : 'var(--bar)' },
        })),
      },
      {
        type: 'custom',
        silent: true,
        z: 5,
        data: bars.map(({ measured }, index) => [index, measured.low, measured.high, measured.median]),
        renderItem: spread(label),
        encode: { x: [1, 2], y: 0 },
      },
    ],
  });
}

/** Cases that differ in one number: a line for each peer. */
export function curvePlot(
  suite: SuiteReport,
  curve: string,
  metric: Metric,
): (Plot & { readonly title: string }) | undefined {
  const points = suite.cases.filter((report) => report.curve?.curve === curve).sort((a, b) => a.curve!.x - b.curve!.x);
  const [first] = points;
  if (points.length < 2 || first === undefined) return undefined;
  const known = (id: string): number =>
    points.filter(({ rows }) => rows.some((row) => row.peer === id && row.measurements[metric.id] !== undefined))
      .length;
  // One point is no line.
  const peers = suite.peers.filter(({ id }) => known(id) > 1);
  if (peers.length === 0) return undefined;
  const isLog = points.every(({ curve: point }) => point!.x > 0) && points.at(-1)!.curve!.x / first.curve!.x >= 10;
  const svg = draw(Math.max(400, peers.length * 17 + 70), {
    grid: { left: 80, right: 250, top: 16, bottom: 48 },
    xAxis: {
      ...(isLog ? logAxis(shortNumber) : { type: 'value', axisLabel: text, splitLine }),
      ...axisName(first.curve!.axis, 30),
    },
    yAxis: logAxis((value) => formatValue(value, metric.unit)),
    series: peers.map((peer) => {
      const { colour, shape } = lookOf(peer, suite.peers);
      const isOurs = peer.ours === true;
      return {
        type: 'line',
        silent: true,
        symbol: shape,
        symbolSize: isOurs ? 11 : 7,
        z: isOurs ? 5 : 2,
        lineStyle: { width: isOurs ? 3 : 1.5, color: colour },
        itemStyle: { color: colour },
        // At the line itself: with twenty colours nobody finds a line by its legend.
        endLabel: { show: true, formatter: peer.title, color: colour, fontSize: 12, fontFamily: text.fontFamily },
        labelLayout: { moveOverlap: 'shiftY' },
        data: points.flatMap(({ rows, curve: point }) => {
          const measured = rows.find((row) => row.peer === peer.id)?.measurements[metric.id];
          return measured === undefined ? [] : [[point!.x, measured.median]];
        }),
      };
    }),
  });
  return { title: first.curve!.title, svg, legend: [] };
}

const lineAtOne = {
  silent: true,
  symbol: 'none',
  label: { show: false },
  lineStyle: { color: 'var(--ink)', type: 'solid', width: 1 },
  data: [{ xAxis: 1 }],
} as const;

function logAxis(format: (value: number) => string, min?: number, max?: number): Record<string, unknown> {
  return {
    type: 'log',
    min,
    max,
    axisLabel: { ...text, hideOverlap: true, formatter: format },
    axisLine,
    splitLine,
    minorSplitLine: { show: false },
  };
}

function axisName(name: string, nameGap: number): Record<string, unknown> {
  return { name, nameGap, nameLocation: 'middle', nameTextStyle: { ...text, color: 'var(--muted)' } };
}

function shortNumber(value: number): string {
  if (value >= 1e6) return `${significant(value / 1e6)} M`;
  return value >= 1000 ? `${significant(value / 1000)} k` : significant(value);
}

function legendOf(peers: readonly PeerReport[], suite: SuiteReport): Plot['legend'] {
  return peers.map((peer) => ({ title: peer.title, ...lookOf(peer, suite.peers) }));
}

interface DrawingSpace {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
}

// Data of the series: [row, low, high, value to print].
function spread(label: (value: number) => string): (params: unknown, api: DrawingSpace) => unknown {
  return (_params, api) => {
    const [row, low, high, printed] = [0, 1, 2, 3].map((dimension) => api.value(dimension)) as [
      number,
      number,
      number,
      number,
    ];
    const [from, y] = api.coord([low, row]);
    const [to] = api.coord([high, row]);
    const style = { stroke: 'var(--ink)', lineWidth: 1.2 };
    return {
      type: 'group',
      children: [
        { type: 'line', shape: { x1: from, x2: to, y1: y, y2: y }, style },
        { type: 'line', shape: { x1: from, x2: from, y1: y - 4, y2: y + 4 }, style },
        { type: 'line', shape: { x1: to, x2: to, y1: y - 4, y2: y + 4 }, style },
        {
          type: 'text',
          x: to + 12,
          y,
          style: {
            text: label(printed),
            fill: 'var(--ink)',
            font: '13px system-ui, sans-serif',
            textVerticalAlign: 'middle',
          },
        },
      ],
    };
  };
}
