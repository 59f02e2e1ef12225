/** Reads one image from everything that has pixels, and posts what came out to the server that gave this page. */
import { fromPixels, toPixels } from '../../dist/images.js';

const COLOURS = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 10, 20, 30, 255];

async function pixels() {
  const imageData = new ImageData(Uint8ClampedArray.from(COLOURS), 2, 2);
  const painted = (canvas) => {
    Object.assign(canvas, { width: 2, height: 2 }).getContext('2d').putImageData(imageData, 0, 0);
    return canvas;
  };
  const canvas = painted(document.createElement('canvas'));
  const element = new Image();
  element.src = canvas.toDataURL();
  await element.decode();
  const bitmapRenderer = Object.assign(document.createElement('canvas'), { width: 2, height: 2 });
  bitmapRenderer.getContext('bitmaprenderer').transferFromImageBitmap(await createImageBitmap(imageData));
  const images = {
    imageData,
    canvas,
    offscreen: painted(new OffscreenCanvas(1, 1)),
    bitmap: await createImageBitmap(imageData),
    element,
    bitmapRenderer,
  };
  const read = Object.entries(images).map(([kind, image]) => [kind, [...fromPixels(image).data]]);
  const target = document.createElement('canvas');
  toPixels([[0, 0.2, 1]], target);
  const drawn = [...target.getContext('2d').getImageData(0, 0, 3, 1).data];
  return { ...Object.fromEntries(read), drawn, size: [target.width, target.height] };
}

const scenario = new URLSearchParams(location.search).get('scenario');
const outcome = await pixels().catch((error) => ({ error: String(error?.stack ?? error) }));
await fetch(`/outcome/${scenario}`, { method: 'POST', body: JSON.stringify(outcome) });
