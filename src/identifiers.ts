/** `binaryCrossentropy` as Keras spells it: `binary_crossentropy`. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${SnakeCase<Tail>}`
    : `_${Lowercase<Head>}${SnakeCase<Tail>}`
  : '';

/** `uniform_average` as JavaScript spells it: `uniformAverage`. */
export type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** The keys of a table, in camelCase or in Keras's spelling. */
export type Identifier<Table> = (keyof Table & string) | SnakeCase<keyof Table & string>;
