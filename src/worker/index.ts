/** `fourlane/worker`. */
export {};
