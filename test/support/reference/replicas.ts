/** The sum of shares[r] * y_r over the replicas. */
export function sumReplicas(replicas: readonly ArrayLike<number>[], shares: readonly number[]): number[] {
  return Array.from(replicas[0], (_, i) =>
    replicas.reduce((sum, replica, r) => sum + shares[r] * replica[i], 0),
  );
}
