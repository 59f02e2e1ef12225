/** What becomes of a case: it runs, or there is a reason why not. */
export type Verdict<Case> = { readonly name: string } & (
  | { readonly run: Case }
  | { readonly reason: string }
);

/** Those that run. */
export function running<Case>(verdicts: readonly Verdict<Case>[]): { name: string; run: Case }[] {
  return verdicts.filter((one): one is { name: string; run: Case } => 'run' in one);
}

/** How many cases there are for each reason not to run. */
export function reasons(verdicts: readonly Verdict<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of verdicts) {
    if ('reason' in one) counts[one.reason] = (counts[one.reason] ?? 0) + 1;
  }
  return counts;
}

/** Prints the share that runs, and why the others do not. */
export function report(what: string, verdicts: readonly Verdict<unknown>[]): void {
  const count = running(verdicts).length;
  const share = ((100 * count) / verdicts.length).toFixed(1);
  const others = Object.entries(reasons(verdicts)).map(([reason, times]) => `  ${times} not: ${reason}`);
  console.log([`${what}: ${count} of ${verdicts.length} cases run (${share} %)`, ...others].join('\n'));
}
