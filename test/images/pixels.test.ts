import * as fl from 'fourlane';
import { fromPixels, toPixels } from 'fourlane/images';
import { describe, expect, test } from 'vitest';
import { chromium, openChromium } from '../worker/browser/chromium.js';
import { openSite } from '../worker/browser/site.js';
import { built, reason } from '../worker/support.js';

const rgba = {
  data: Uint8ClampedArray.of(
    255,
    0,
    0,
    255,
    0,
    255,
    0,
    128,
    0,
    0,
    255,
    0,
    10,
    20,
    30,
    40,
    1,
    2,
    3,
    4,
    9,
    9,
    9,
    9,
  ),
  width: 3,
  height: 2,
};

describe('fromPixels', () => {
  test('has the colours of an ImageData, by rows', () => {
    const image = fromPixels(rgba);
    expect([image.dtype, image.shape]).toEqual(['uint8', [2, 3, 3]]);
    expect([...image.data]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 1, 2, 3, 9, 9, 9]);
  });

  test('has opacity or grey on demand', () => {
    expect([...fromPixels(rgba, { channels: 4 }).data]).toEqual([...rgba.data]);
    const grey = fromPixels(rgba, { channels: 1 });
    expect(grey.shape).toEqual([2, 3, 1]);
    // Red 0.299, green 0.587, blue 0.114.
    expect([...grey.data]).toEqual([76, 150, 29, 18, 2, 9]);
  });

  test('takes decoded bytes of 1 and 3 channels', () => {
    const one = { data: Uint8Array.of(5, 6), width: 2, height: 1 };
    expect([...fromPixels(one).data]).toEqual([5, 5, 5, 6, 6, 6]);
    expect([...fromPixels(one, { channels: 1 }).data]).toEqual([5, 6]);
    expect([...fromPixels(one, { channels: 4 }).data]).toEqual([5, 5, 5, 255, 6, 6, 6, 255]);
    const three = { data: Buffer.from([1, 2, 3]), width: 1, height: 1 };
    expect([...fromPixels(three, { channels: 4 }).data]).toEqual([1, 2, 3, 255]);
  });

  test.each<[() => unknown, string, RegExp]>([
    [() => fromPixels({ data: new Uint8Array(5), width: 1, height: 1 }), 'data-shape', /1 x 1.*got 5/],
    [() => fromPixels({ data: new Uint8Array(0), width: 0, height: 0 }), 'data-shape', /0 x 0/],
    [() => fromPixels({ width: 2, height: 2 }), 'no-canvas', /\{ data, width, height \}/],
    [() => fromPixels('cat.png' as never), 'not-an-image', /got cat\.png/],
    [() => fromPixels({} as never), 'not-an-image', /what a canvas can draw/],
    [() => fromPixels({ data: [1, 2, 3], width: 1, height: 1 } as never), 'not-an-image', /with bytes/],
    [() => fromPixels(rgba, { channels: 2 as never }), 'option-value', /channels must be 1, 3 or 4/],
    [() => fromPixels(rgba, { chanels: 3 } as never), 'unknown-option', /chanels/],
  ])('%s', (make, code, message) => {
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

describe('toPixels', () => {
  test('undoes fromPixels', () => {
    expect(toPixels(fromPixels(rgba, { channels: 4 }))).toEqual(rgba);
  });

  test('takes numbers from 0 to 1, and grey', () => {
    const { data, width, height } = toPixels([
      [0, 0.5],
      [1, 0.2],
    ]);
    expect([width, height]).toEqual([2, 2]);
    expect([...data]).toEqual([0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255, 51, 51, 51, 255]);
  });

  test('takes whole numbers as bytes, and bytes that mean something else as that', () => {
    expect([...toPixels(fl.tensor(Int32Array.of(7, 8, 9), [1, 1, 3])).data]).toEqual([7, 8, 9, 255]);
    const half = fl.tensor(Uint8Array.of(2), [1, 1], { scale: 0.25 });
    expect([...toPixels(half).data]).toEqual([128, 128, 128, 255]);
  });

  test.each<[() => unknown, string, RegExp]>([
    [() => toPixels([1, 2]), 'data-shape', /\[2\]/],
    [() => toPixels(fl.tensor(new Float32Array(8), [2, 2, 2])), 'data-shape', /\[2, 2, 2\]/],
    [() => toPixels([[0, 254]]), 'value-range', /from 0 to 1, but got 254/],
    [() => toPixels([[Number.NaN]]), 'value-range', /NaN/],
    [() => toPixels(fl.tensor(Int32Array.of(256), [1, 1])), 'value-range', /0 to 255, but got 256/],
    [() => toPixels([[1]], {} as never), 'option-value', /draws on a canvas/],
  ])('%s', (make, code, message) => {
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

const missing = chromium ? '' : ' (skipped: no Chromium; apt-get install chromium, or set FOURLANE_CHROMIUM)';
if (missing) console.warn(`Canvases are not tested in a browser${missing}`);

describe.skipIf(!built || !chromium)(`in Chromium${reason || missing}`, () => {
  test('canvases, bitmaps and elements are read, and canvases drawn on', async () => {
    const site = await openSite();
    const close = openChromium(site.addressOf('pixels', '/test/images/page.html'));
    try {
      const outcome = (await site.outcomeOf('pixels')) as Record<string, number[]>;
      const opaque = [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30];
      for (const kind of ['imageData', 'canvas', 'offscreen', 'bitmap', 'element', 'bitmapRenderer']) {
        expect([kind, outcome[kind]]).toEqual([kind, opaque]);
      }
      expect(outcome.drawn).toEqual([0, 0, 0, 255, 51, 51, 51, 255, 255, 255, 255, 255]);
      expect(outcome.size).toEqual([3, 1]);
    } finally {
      await close();
      site.close();
    }
  });
});
