export { type GridOptions, type Image, imageGrid } from './grid.js';
export {
  type Canvas,
  type Drawable,
  type FromPixelsOptions,
  fromPixels,
  type Pixels,
  toPixels,
} from './pixels.js';
export { encodePng } from './png.js';
