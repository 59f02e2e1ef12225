/**
 * A turn of the event loop: whoever else waits gets his. Where there is no `setImmediate` a message comes sooner than a
 * timer, which browsers hold back for 4 ms; where there is, messages may pass the timers (Deno, 64 at a time).
 */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate !== 'undefined') setImmediate(resolve);
    else if (typeof MessageChannel === 'undefined') setTimeout(resolve, 0);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }
  });
}
