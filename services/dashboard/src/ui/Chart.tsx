/** A picture of numbers: bars, or a line over time, with their intervals. Drawn on a canvas; the table under it says the same to everybody. */
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { inUnit } from "../question";
import { texts } from "../texts";

register([BarChart, CustomChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

interface Point {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  /** Whether it rests on few: then it is drawn pale. */
  small: boolean;
}

interface Props {
  isLine: boolean;
  unit: string;
  points: Point[];
  onOpen: (index: number) => void;
}

/** So many bars have their labels under them whole, in several lines. */
const FEW = 14;
const PALE = 0.4;
const CAP = 4;

export function Chart({ isLine, unit, points, onOpen }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const opens = useRef(onOpen);
  useEffect(() => {
    opens.current = onOpen;
  });
  // What is drawn, as one text: an answer that came anew with the same numbers draws nothing.
  const drawn = JSON.stringify(points);
  useEffect(() => {
    if (place.current === null) return;
    const box = place.current;
    const shown = JSON.parse(drawn) as Point[];
    const chart = init(box);
    const draw = (): void => {
      const style = getComputedStyle(box);
      const [soft, line, accent] = ["soft", "line", "accent"].map((name) => colour(box, name));
      const values = shown.map(({ value, small }) => ({ value, itemStyle: { opacity: small ? PALE : 1 } }));
      chart.setOption({
        animation: false,
        textStyle: { fontFamily: style.fontFamily, color: soft },
        grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
        // Drawn, not HTML: the policy of the page allows no style in HTML.
        tooltip: {
          trigger: "axis",
          renderMode: "richText",
          formatter: (at: { dataIndex: number }[]) => said(shown[at[0]?.dataIndex ?? -1], unit),
        },
        xAxis: {
          type: "category",
          data: shown.map(({ label }) => label),
          axisLine: { lineStyle: { color: line } },
          axisTick: { show: false },
          axisLabel:
            isLine || shown.length > FEW ? { color: soft, hideOverlap: true } : labels(soft, box, shown.length),
        },
        yAxis: {
          type: "value",
          splitLine: { lineStyle: { color: line } },
          axisLabel: { color: soft, formatter: (value: number) => inUnit(value, unit) },
        },
        series: [
          isLine
            ? { type: "line", data: values, color: accent, symbol: "circle", symbolSize: 7, lineStyle: { width: 2 } }
            : { type: "bar", data: values, color: accent, barMaxWidth: 42, itemStyle: { borderRadius: [3, 3, 0, 0] } },
          {
            type: "custom",
            silent: true,
            encode: { x: 0, y: [1, 2] },
            data: shown.flatMap(({ low, high }, at) => (low === null || high === null ? [] : [[at, low, high]])),
            renderItem: (_: unknown, its: Interval) => whisker(its, soft),
          },
        ],
      });
    };
    draw();
    chart.getZr().on("click", ({ offsetX, offsetY }) => {
      if (!chart.containPixel("grid", [offsetX, offsetY])) return;
      const [index] = chart.convertFromPixel("grid", [offsetX, offsetY]) as unknown as number[];
      if (index !== undefined) opens.current(Math.round(index));
    });
    const watching = new ResizeObserver(() => chart.resize());
    watching.observe(box);
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    return () => {
      watching.disconnect();
      dark.removeEventListener("change", draw);
      chart.dispose();
    };
  }, [isLine, drawn, unit]);
  return <div className="chart" ref={place} aria-hidden="true" />;
}

/** A point in words: its value, its interval, its sample. */
function said(point: Point | undefined, unit: string): string {
  if (point === undefined) return "";
  const { label, value, low, high, n } = point;
  const between = low !== null && high !== null && texts.numbers.between(inUnit(low, unit), inUnit(high, unit));
  return [label, inUnit(value, unit), between, texts.numbers.sampleOf(String(n))].filter(Boolean).join("\n");
}

const labels = (color: string | undefined, box: HTMLElement, count: number) => ({
  color,
  interval: 0,
  width: Math.max(40, (box.clientWidth - 64) / count - 8),
  overflow: "break",
  lineHeight: 15,
});

interface Interval {
  value: (dimension: number) => number;
  coord: (at: [number, number]) => [number, number];
}

/** An interval: a thin line from its lower to its upper end, with a cap at each. */
function whisker({ value, coord }: Interval, stroke: string | undefined) {
  const [x, bottom] = coord([value(0), value(1)]);
  const [, top] = coord([value(0), value(2)]);
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: "line",
    shape: { x1, y1, x2, y2 },
    style: { stroke, lineWidth: 1.2 },
  });
  return {
    type: "group",
    children: [line(x, bottom, x, top), line(x - CAP, bottom, x + CAP, bottom), line(x - CAP, top, x + CAP, top)],
  };
}

/** A colour as the canvas understands it: light-dark() is resolved where it is used. */
function colour(box: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.className = `probe-${name}`;
  box.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
