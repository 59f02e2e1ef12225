const exact = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A number with three significant digits, or all digits before the point. */
export function number(value) {
  return (Math.abs(value) < 1000 ? exact : whole).format(value);
}

export function percent(share) {
  return `${(share * 100).toFixed(1).replace(/\.0$/, '')} %`;
}

/** How many times, with two digits where one would hide a difference. */
export function times(ratio) {
  return `${ratio >= 10 ? whole.format(ratio) : ratio.toPrecision(2)} x`;
}
