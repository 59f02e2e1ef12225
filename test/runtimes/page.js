// Run by a page without a bundler: plain modules as the build leaves them.
import * as datasets from '../../dist/datasets.js';
import * as fl from '../../dist/index.js';
import * as infer from '../../dist/infer.js';
import { visit } from './visit.js';

await visit({ fl, datasets, infer });
