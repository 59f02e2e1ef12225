/** `binaryCrossentropy` as Keras spells it: `binary_crossentropy`. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${SnakeCase<Tail>}`
    : `_${Lowercase<Head>}${SnakeCase<Tail>}`
  : '';

/** The keys of a table, in camelCase or in Keras's spelling. */
export type Identifier<Table> = (keyof Table & string) | SnakeCase<keyof Table & string>;
