// Run by any Node: trains the scenario with the built package and compares the hash of the weights.

import * as datasets from '../../dist/datasets.js';
import * as fl from '../../dist/index.js';
import { goldenHash, scenario } from './scenario.js';

const hash = await scenario(fl, datasets);
console.log(
  `node ${process.version}: ${hash} ${hash === goldenHash ? 'equals' : 'differs from'} ${goldenHash}`,
);
process.exit(hash === goldenHash ? 0 : 1);
