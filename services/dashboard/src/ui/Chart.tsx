/** A picture of numbers: bars, or a line over time. Drawn on a canvas; the table under it says the same to everybody. */
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { inUnit } from "../pages/Numbers";

register([BarChart, LineChart, AriaComponent, GridComponent, TooltipComponent, CanvasRenderer]);

interface Props {
  isLine: boolean;
  unit: string;
  points: { label: string; value: number | null; low: number | null; high: number | null }[];
}

export function Chart({ isLine, unit, points }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return;
    const box = place.current;
    const chart = init(box);
    const draw = (): void => {
      const style = getComputedStyle(box);
      const [text, line, accent] = ["--soft-drawn", "--line-drawn", "--accent-drawn"].map((name) => colour(box, name));
      chart.setOption({
        animation: false,
        textStyle: { fontFamily: style.fontFamily, color: text },
        grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
        // Drawn, not HTML: the policy of the page allows no style in HTML.
        tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value: number) => inUnit(value, unit) },
        xAxis: {
          type: "category",
          data: points.map(({ label }) => label),
          axisLine: { lineStyle: { color: line } },
          axisTick: { show: false },
          axisLabel: { color: text, hideOverlap: true },
        },
        yAxis: {
          type: "value",
          splitLine: { lineStyle: { color: line } },
          axisLabel: { color: text, formatter: (value: number) => inUnit(value, unit) },
        },
        series: [
          isLine
            ? {
                type: "line",
                data: points.map(({ value }) => value),
                color: accent,
                symbolSize: 6,
                lineStyle: { width: 2 },
              }
            : {
                type: "bar",
                data: points.map(({ value }) => value),
                color: accent,
                barMaxWidth: 42,
                itemStyle: { borderRadius: [3, 3, 0, 0] },
              },
        ],
      });
    };
    draw();
    const watching = new ResizeObserver(() => chart.resize());
    watching.observe(box);
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    return () => {
      watching.disconnect();
      dark.removeEventListener("change", draw);
      chart.dispose();
    };
  }, [isLine, points, unit]);
  return <div className="chart" ref={place} aria-hidden="true" />;
}

/** A colour as the canvas understands it: light-dark() is resolved where it is used. */
function colour(box: HTMLElement, name: string): string {
  const kind = name.replace("--", "probe-").replace("-drawn", "");
  const probe = document.createElement("span");
  probe.className = kind;
  box.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
