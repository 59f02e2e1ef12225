export { type GridOptions, type Image, imageGrid } from './grid.js';
export { encodePng } from './png.js';
