import { TextVectorization } from 'fourlane/data';
import { describe, expect, it } from 'vitest';

const code = (name: string, message = '') =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) });

describe('TextVectorization', () => {
  it('gives what the examples in the documentation of Keras give', () => {
    const layer = new TextVectorization({ maxTokens: 5000, outputMode: 'int', outputSequenceLength: 4 });
    layer.adapt(['foo bar', 'bar baz', 'baz bada boom']);
    const ids = layer.call([['foo qux bar'], ['qux baz']]);
    expect([ids.dtype, ids.toArray()]).toEqual([
      'int32',
      [
        [4, 1, 3, 0],
        [1, 2, 0, 0],
      ],
    ]);
    const given = new TextVectorization({ vocabulary: ['earth', 'wind', 'and', 'fire'] });
    expect(given.getVocabulary()).toEqual(['', '[UNK]', 'earth', 'wind', 'and', 'fire']);
  });

  it('orders by frequency, equals in descending order, and cuts at maxTokens', () => {
    const texts = ['a b c b', 'c b d', 'd e'];
    const vocabulary = (options: object) => {
      const layer = new TextVectorization(options);
      layer.adapt(texts);
      return layer.getVocabulary();
    };
    expect(vocabulary({})).toEqual(['', '[UNK]', 'b', 'd', 'c', 'e', 'a']);
    expect(vocabulary({ maxTokens: 4 })).toEqual(['', '[UNK]', 'b', 'd']);
    expect(vocabulary({ maxTokens: 4, outputMode: 'multi_hot' })).toEqual(['[UNK]', 'b', 'd', 'c']);
  });

  it('standardises as Keras: ASCII letters and punctuation alone, white space of any length', () => {
    const layer = new TextVectorization({ vocabulary: ['its', 'a', 'wellknown', 'Émile', '\u00a0'] });
    expect(layer.call(["It's  A\tWELL-known?\n ÉMILE! émile, \u00a0 "]).toArray()).toEqual([
      [2, 3, 4, 5, 1, 6],
    ]);
    const every = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\'';
    expect(layer.call([`${every}a${every}`]).toArray()).toEqual([[3]]);
    const lower = new TextVectorization({ vocabulary: ["it's"], standardize: 'lower' });
    expect(lower.call(["IT'S its"]).toArray()).toEqual([[2, 1]]);
    const strip = new TextVectorization({ vocabulary: ['Its'], standardize: 'stripPunctuation' });
    expect(strip.call(["It's it's"]).toArray()).toEqual([[2, 1]]);
    const none = new TextVectorization({ vocabulary: ['A!'], standardize: null });
    expect(none.call(['A! a!']).toArray()).toEqual([[2, 1]]);
  });

  it('pads to the longest text of the call, and cuts at the end', () => {
    const options = { vocabulary: ['a', 'b'] };
    expect(new TextVectorization(options).call(['b a b', '', 'a']).toArray()).toEqual([
      [3, 2, 3],
      [0, 0, 0],
      [2, 0, 0],
    ]);
    const cut = new TextVectorization({ ...options, outputSequenceLength: 2 });
    expect(cut.call(['b a b', 'a']).toArray()).toEqual([
      [3, 2],
      [2, 0],
    ]);
  });

  it('marks or counts tokens, unknown ones in column 0', () => {
    const vocabulary = ['a', 'b', 'c'];
    const texts = ['a b a zzz yyy', '', 'c'];
    const hot = new TextVectorization({ vocabulary, outputMode: 'multiHot' }).call(texts);
    expect([hot.dtype, hot.toArray()]).toEqual([
      'float32',
      [
        [1, 1, 1, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
      ],
    ]);
    const count = new TextVectorization({
      vocabulary,
      outputMode: 'count',
      maxTokens: 6,
      padToMaxTokens: true,
    });
    expect(count.call(texts).toArray()).toEqual([
      [2, 2, 1, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
      [0, 0, 0, 1, 0, 0],
    ]);
    const sparse = new TextVectorization({ vocabulary, outputMode: 'count', sparse: true }).call(texts);
    expect([...sparse.indptr]).toEqual([0, 3, 3, 4]);
    expect([...sparse.indices]).toEqual([0, 1, 2, 3]);
    expect([...(sparse.values ?? [])]).toEqual([2, 2, 1, 1]);
    const plain = new TextVectorization({ vocabulary, outputMode: 'multi_hot', sparse: true }).call(texts);
    expect(plain.values).toBeUndefined();
  });

  it('takes functions, splits into characters and restores itself from its configuration', () => {
    const layer = new TextVectorization({
      standardize: (text) => text.toLocaleLowerCase('de'),
      split: (text) => text.split('|'),
    });
    layer.adapt(['Ä|B|B|']);
    expect(layer.getVocabulary()).toEqual(['', '[UNK]', 'b', 'ä']);
    expect(layer.call(['ä||b']).toArray()).toEqual([[3, 0, 2]]);
    const again = new TextVectorization(layer.getConfig());
    expect(again.call(['ä||b|x']).toArray()).toEqual([[3, 0, 2, 1]]);
    const letters = new TextVectorization({ split: 'character', standardize: null });
    letters.adapt(['a\u{1F600}a']);
    expect(letters.getVocabulary({ includeSpecialTokens: false })).toEqual(['a', '\u{1F600}']);
    expect(letters.vocabularySize()).toBe(4);
  });

  it('says what is wrong', () => {
    expect(() => new TextVectorization().call(['a'])).toThrow(code('no-vocabulary'));
    expect(() => new TextVectorization({ vocabulary: ['a', 'a'] })).toThrow(code('repeated-token', "'a'"));
    expect(() => new TextVectorization({ vocabulary: ['a', ''] })).toThrow(code('reserved-token'));
    expect(() => new TextVectorization({ vocabulary: ['a', 'b'], maxTokens: 3 })).toThrow(
      code('vocabulary-size'),
    );
    expect(() => new TextVectorization({ vocabulary: ['a'] }).adapt(['b'])).toThrow(
      code('static-vocabulary'),
    );
    expect(() => new TextVectorization({ outputMode: 'tf_idf' as never })).toThrow(code('unknown-choice'));
    expect(() => new TextVectorization({ maxTokens: 1 })).toThrow(code('not-an-integer', 'maxTokens'));
    expect(() => new TextVectorization({ outputMode: 'count', outputSequenceLength: 3 })).toThrow(
      code('option-mode'),
    );
    expect(() => new TextVectorization({ sparse: true })).toThrow(code('option-mode', 'sparse'));
    expect(() => new TextVectorization({ outputMode: 'count', padToMaxTokens: true })).toThrow(
      code('max-tokens'),
    );
    expect(() => new TextVectorization().adapt([3 as never])).toThrow(code('not-a-text', '3'));
  });
});
