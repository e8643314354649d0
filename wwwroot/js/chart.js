// The lab's only touch of ApexCharts. Colours are read from the style sheet, so that charts follow light and dark.
let library;

const colour = index => getComputedStyle(document.documentElement).getPropertyValue("--series-" + index)
  && resolve(`var(--series-${index})`);

// light-dark() and var() are resolved by the browser, on an element that nobody sees.
function resolve(value) {
  const probe = document.createElement("span");
  probe.style.color = value;
  document.body.append(probe);
  const result = getComputedStyle(probe).color;
  probe.remove();
  return result;
}

const formats = {
  percent: v => (v * 100).toFixed(1) + " %",
  scientific: v => v === 0 ? "0" : v.toExponential(1),
  number: v => {
    const size = Math.abs(v);
    if (v === 0) return "0";
    return size >= 1e5 || size < 1e-3 ? v.toExponential(1) : String(+v.toPrecision(3));
  },
};

function apexOptions(o) {
  // On a logarithmic axis the logarithms are drawn and the values written.
  const format = v => v == null || !Number.isFinite(v) ? "–" : formats[o.format](o.log ? 10 ** v : v);
  const line = resolve("var(--line)"), text = resolve("var(--text-2)");
  const axis = xAxis(o);
  const few = Math.max(0, ...o.series.map(s => s.points.length)) < 3;
  // A logarithm has no place for zero and below.
  const point = ([x, y]) => ({ x, y: !o.log ? y : y > 0 ? Math.log10(y) : null });
  return {
    chart: {
      type: "line", height: height(o), animations: { enabled: false }, toolbar: { show: false }, zoom: { enabled: true, type: "x" },
      background: "transparent", fontFamily: "inherit", foreColor: text, parentHeightOffset: 0,
    },
    theme: { mode: lab.isDark() ? "dark" : "light" },
    series: o.series.map(s => ({ name: s.name, data: s.points.map(point) })),
    colors: o.series.map(s => colour(s.colour)),
    stroke: { width: 2, curve: "straight", dashArray: o.series.map(s => s.dash) },
    markers: { size: few ? 4 : 0, hover: { size: 4 } },
    grid: { borderColor: line, strokeDashArray: 2, padding: { left: 4, right: 8 } },
    legend: { show: o.series.length > 1, position: "top", horizontalAlign: "left", markers: { size: 5 } },
    xaxis: {
      type: "numeric", title: { text: o.xTitle, style: { fontWeight: 400, color: text } }, tooltip: { enabled: false },
      ...axis,
      labels: { formatter: v => String(+Number(v).toPrecision(4)) }, axisBorder: { color: line }, axisTicks: { color: line },
    },
    yaxis: {
      forceNiceScale: !o.log && !o.unitSquare, labels: { formatter: format },
      ...yAxis(o), tickAmount: 5,
    },
    tooltip: { shared: !o.unitSquare, intersect: false, x: { formatter: v => `${o.xTitle} ${+Number(v).toPrecision(4)}` }, y: { formatter: format } },
    annotations: { xaxis: mark(o.mark, text, axis), points: o.spot ? [spot(o.spot)] : [] },
    noData: { text: "–" },
  };
}

// The label leans to the side where there is room.
const mark = (m, text, axis) => m ? [{ x: m.x, borderColor: text, strokeDashArray: 3, label: { text: m.label, orientation: "horizontal", textAnchor: m.x > (axis.min + axis.max) / 2 ? "end" : "start", borderColor: "transparent", style: { background: "transparent", color: text } } }] : [];

// A point that moves over the lines, such as the operating point.
const spot = s => ({
  id: "lab-spot", x: s.x, y: s.y, marker: { size: 7, fillColor: resolve("var(--surface)"), strokeColor: resolve("var(--text)"), strokeWidth: 3 },
  label: s.label ? { text: s.label, borderColor: "transparent", textAnchor: s.x > 0.78 ? "end" : "start", offsetY: s.y > 0.5 ? 34 : -4, offsetX: s.x > 0.78 ? -10 : 10, style: { background: resolve("var(--surface)"), color: resolve("var(--text)") } } : undefined,
});

// Many names take rows of the legend, which must not take them from the lines; a square needs more height than a curve.
function height(o) {
  const letters = o.series.length > 1 ? o.series.reduce((sum, s) => sum + s.name.length * 6.2 + 30, 0) : 0;
  return (o.unitSquare ? 300 : 240) + 22 * Math.max(1, Math.ceil(letters / Math.max(240, o.width - 80)));
}

// Round steps; whole ones for epochs, which begin at 1 and are shown from there while there are few, else from 0.
function xAxis(o) {
  if (o.unitSquare) return { min: 0, max: 1, tickAmount: 5 };
  const xs = o.series.flatMap(s => s.points.map(p => p[0]));
  if (xs.length === 0) return { min: 0, max: 1 };
  const whole = xs.every(Number.isInteger);
  const high = Math.max(...xs), low = whole && high > 8 ? Math.min(0, ...xs) : Math.min(...xs);
  const rough = (high - low) / 8 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(whole ? 1 : 0, power * [1, 2, 5, 10].find(f => f * power >= rough));
  const min = Math.floor(low / step) * step, max = Math.ceil(high / step) * step;
  return { min, max, tickAmount: Math.round((max - min) / step) };
}

// A constant line stands in the middle of its own scale.
function yAxis(o) {
  if (o.unitSquare) return { min: 0, max: 1 };
  const ys = o.series.flatMap(s => s.points.map(p => p[1])).filter(y => Number.isFinite(y) && (!o.log || y > 0));
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  if (o.log) return ys.length > 0 ? { min: Math.log10(low) - 0.02, max: Math.log10(high) + 0.02 } : {};
  const constant = ys.length > 0 && low === high && low !== 0;
  return { min: o.min ?? (constant ? Math.min(0, 2 * low) : undefined), max: o.max ?? (constant ? Math.max(0, 2 * low) : undefined) };
}

class LineChart {
  constructor(element, options) {
    this.options = options;
    options.width = element.clientWidth;
    const apex = apexOptions(options);
    apex.chart.events = { updated: () => this.keepSpot() };
    this.chart = new library(element, apex);
    this.onTheme = () => this.replace(this.options);
    window.addEventListener("lab-theme", this.onTheme);
  }

  async append(news, mark) {
    this.options.mark = mark;
    news.forEach((points, i) => this.options.series[i].points.push(...points));
    await this.replace(this.options);
  }

  async replace(options) {
    options.width = this.chart.el.clientWidth;
    this.options = options;
    await this.chart.updateOptions(apexOptions(options), true, false, false);
  }

  // Moved alone, so that a slider need not draw thousands of points anew.
  moveSpot(to) {
    this.options.spot = to;
    this.chart.removeAnnotation("lab-spot");
    if (to) this.chart.addPointAnnotation(spot(to), false);
  }

  // A window that changes its size has the lines drawn anew, but not what was added to them.
  keepSpot() {
    const to = this.options.spot;
    if (to && !this.chart.el.querySelector(".apexcharts-point-annotations")?.hasChildNodes()) this.chart.addPointAnnotation(spot(to), false);
  }

  destroy() {
    window.removeEventListener("lab-theme", this.onTheme);
    this.chart.destroy();
  }
}

export async function create(element, libraryUrl, options) {
  library ??= (await import(libraryUrl)).default;
  // Whoever walks over the tabs is gone before a chart is drawn.
  if (!element?.isConnected) return { append() {}, replace() {}, moveSpot() {}, destroy() {} };
  const chart = new LineChart(element, options);
  await chart.chart.render();
  return chart;
}
