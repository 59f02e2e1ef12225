const COLOURS = ['#2563eb', '#ea580c', '#059669', '#9333ea'];
const INK = '#1f2937';
const MUTED = '#6b7280';
const GRID = '#e5e7eb';
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

const SIZE = { width: 620, height: 400 };
const PLOT = { left: 78, right: 600, top: 78, bottom: 346 };

/**
 * Lines over two logarithmic axes as an SVG document: powers of two across, powers of ten up.
 *
 * @param {object} chart
 * @param {string} chart.title
 * @param {string} chart.xLabel
 * @param {string} chart.yLabel
 * @param {readonly { name: string, points: readonly (readonly [number, number])[], dashed?: boolean }[]} chart.lines
 *   with positive coordinates; a dashed one is drawn without dots, for comparison.
 */
export function logChart({ title, xLabel, yLabel, lines }) {
  const points = lines.flatMap((line) => line.points);
  const xs = points.map(([x]) => Math.log2(x));
  const ys = points.map(([, y]) => Math.log10(y));
  const x = scale(Math.min(...xs), Math.max(...xs), PLOT.left, PLOT.right);
  const y = scale(Math.floor(Math.min(...ys)), Math.ceil(Math.max(...ys)), PLOT.bottom, PLOT.top);
  const at = ([px, py]) => `${round(x(Math.log2(px)))},${round(y(Math.log10(py)))}`;
  const parts = [
    `<rect width="${SIZE.width}" height="${SIZE.height}" fill="#ffffff"/>`,
    text(14, 26, title, { size: 15, weight: 600 }),
    ...legend(lines),
    ...ticks(x).map(([at, power]) => text(at, PLOT.bottom + 18, String(2 ** power), { anchor: 'middle' })),
    ...ticks(y).flatMap(([at, power]) => [
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${at}" y2="${at}" stroke="${GRID}"/>`,
      text(PLOT.left - 8, at + 4, powerOfTen(power), { anchor: 'end' }),
    ]),
    text((PLOT.left + PLOT.right) / 2, SIZE.height - 14, xLabel, { anchor: 'middle' }),
    text(18, (PLOT.top + PLOT.bottom) / 2, yLabel, { anchor: 'middle', turned: true }),
    ...lines.flatMap(({ points, dashed }, i) => {
      const colour = dashed ? MUTED : COLOURS[i % COLOURS.length];
      const style = `fill="none" stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="6 5"' : ''}`;
      const line = `<polyline points="${points.map(at).join(' ')}" ${style}/>`;
      const dots = points.map((point) => {
        const [cx, cy] = at(point).split(',');
        return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
      });
      return dashed ? [line] : [line, ...dots];
    }),
  ];
  const head = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}"`;
  const size = `width="${SIZE.width}" height="${SIZE.height}" font-family="${FONT}"`;
  return `<svg ${head} ${size} role="img" aria-label="${escapeText(title)}">\n${parts.join('\n')}\n</svg>\n`;
}

/** Maps [low, high] to [from, to]; `domain` says which whole numbers lie in it. */
function scale(low, high, from, to) {
  const span = high - low || 1;
  const map = (value) => from + ((value - low) / span) * (to - from);
  map.domain = [Math.ceil(low), Math.floor(high)];
  return map;
}

/** Where the whole numbers of a scale lie: [coordinate, number]. */
function ticks(map) {
  const [low, high] = map.domain;
  const found = [];
  for (let power = low; power <= high; power++) found.push([round(map(power)), power]);
  return found;
}

function legend(lines) {
  let left = 16;
  return lines.flatMap(({ name, dashed }, i) => {
    const colour = dashed ? MUTED : COLOURS[i % COLOURS.length];
    const dashes = dashed ? ' stroke-dasharray="6 5"' : '';
    const line = `<line x1="${left}" x2="${left + 24}" y1="50" y2="50" stroke="${colour}" stroke-width="2"${dashes}/>`;
    const entry = text(left + 30, 54, name);
    left += 30 + 7 * name.length + 20;
    return [line, entry];
  });
}

function text(x, y, content, { size = 12, weight = 400, anchor = 'start', turned = false } = {}) {
  const turn = turned ? ` transform="rotate(-90 ${x} ${y})"` : '';
  const colour = weight > 400 ? INK : MUTED;
  const style = `font-size="${size}" font-weight="${weight}" fill="${colour}" text-anchor="${anchor}"`;
  return `<text x="${round(x)}" y="${round(y)}" ${style}${turn}>${escapeText(content)}</text>`;
}

/** 0.01, 1, 1,000, then 10 to a power. */
function powerOfTen(power) {
  return Math.abs(power) <= 4
    ? (10 ** power).toLocaleString('en-US', { maximumFractionDigits: 4 })
    : `1e${power}`;
}

function round(value) {
  return Math.round(value * 100) / 100;
}

function escapeText(content) {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
