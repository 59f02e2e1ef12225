export interface SaveOptions {
  /**
   * Whether the file holds what training goes on with as well: the state of the optimizer, the learning rate, the key of
   * the random streams, how many epochs there were and where in the running one it is. Default false.
   */
  includeOptimizer?: boolean;
}

export interface LoadWeightsOptions {
  /**
   * Whether weights are found by their names (the path of layers, such as `dense_1/kernel`), and those that the file
   * lacks stay. Default false: by their order.
   */
  byName?: boolean;
  /** Whether weights of other shapes in the file are left out. Default false: they are an error. */
  skipMismatch?: boolean;
  /** Whether the state of training is taken from the file too; the model is compiled before. Default false. */
  includeOptimizer?: boolean;
}
