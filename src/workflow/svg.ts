/** Colours and type sizes that all charts share. Charts carry their own white ground, for dark pages as well. */
export const theme = {
  font: "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
  ground: '#ffffff',
  ink: '#1f2937',
  muted: '#6b7280',
  axis: '#9ca3af',
  grid: '#e5e7eb',
  series: ['#2563eb', '#ea580c', '#059669', '#9333ea', '#db2777', '#0891b2', '#ca8a04', '#4b5563'],
  title: 15,
  heading: 13,
  label: 12,
  tick: 11,
};

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
// Characters that XML 1.0 does not allow: controls other than tab and line ends, lone surrogates, U+FFFE and U+FFFF.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** Text that is safe inside SVG elements and attributes. */
export function escapeText(text: string): string {
  return text.replace(FORBIDDEN, '').replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** A coordinate with at most two digits after the point. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** An element with attributes; numbers are rounded, text is escaped, `content` is taken as it is. */
export function element(name: string, attributes: Record<string, string | number>, content = ''): string {
  const list = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeText(value)}"`,
  );
  return content === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${content}</${name}>`;
}

/** How a piece of text is set. */
export interface TextStyle {
  size?: number;
  color?: string;
  anchor?: 'start' | 'middle' | 'end';
  weight?: string;
  rotate?: number;
}

/** Text whose baseline starts (or ends, or is centred) at x, y. */
export function textAt(x: number, y: number, text: string, style: TextStyle = {}): string {
  const attributes: Record<string, string | number> = {
    x,
    y,
    'font-size': style.size ?? theme.label,
    fill: style.color ?? theme.ink,
    'text-anchor': style.anchor ?? 'start',
  };
  if (style.weight) attributes['font-weight'] = style.weight;
  if (style.rotate) {
    attributes.transform = `rotate(${style.rotate} ${coordinate(x)} ${coordinate(y)})`;
  }
  return element('text', attributes, escapeText(text) || ' ');
}

/** About how wide text will be, without a DOM to ask: wide letters 0.7 em or 1 em, narrow ones 0.3 em, others 0.56. */
export function textWidth(text: string, size: number): number {
  let em = 0;
  for (const character of text) {
    if (/[\u1100-\uffff]|[\u{10000}-\u{10ffff}]/u.test(character)) em += 1;
    else if (/[A-Zmw%@—–]/.test(character)) em += 0.72;
    else em += /[ijltfr.,:;'|!()[\]]/.test(character) ? 0.34 : 0.58;
  }
  return em * size;
}

/** The text, cut with an ellipsis where it would be wider than `width`. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

/** The title of a chart, at the top left. */
export function titleAt(x: number, y: number, title: string, width: number): string {
  const bold = 1.1;
  const text = fitText(title, theme.title * bold, width - 2 * x);
  return textAt(x, y, text, { size: theme.title, weight: '600' });
}

/** A whole SVG document with a white ground and a name for screen readers. */
export function svgDocument(width: number, height: number, name: string, content: readonly string[]): string {
  const ground = element('rect', { width, height, fill: theme.ground });
  const title = element('title', {}, escapeText(name) || ' ');
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
      role: 'img',
      'aria-label': name,
      'font-family': theme.font,
    },
    `\n${[title, ground, ...content].join('\n')}\n`,
  );
}
