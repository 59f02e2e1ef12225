import type * as Library from 'fourlane';

type LayerClass = new (options: { inputShape?: number[]; fuse?: string }) => Library.Layer;

export const layers: (fl: typeof Library) => LayerClass[];
export const rowLoss: import('fourlane').LossFunction;
