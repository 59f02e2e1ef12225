import type { Logs } from './scoreboard.js';

/** `loss: 0.1234 - accuracy: 0.9812`. */
export function formatLogs(logs: Logs): string {
  return Object.entries(logs)
    .map(
      ([key, value]) =>
        `${key}: ${Math.abs(value) < 1e-3 && value ? value.toExponential(4) : value.toFixed(4)}`,
    )
    .join(' - ');
}
