// Run by a page in the bundles that esbuild, Vite and webpack make of it.
import * as fl from 'fourlane';
import * as datasets from 'fourlane/datasets';
import * as infer from 'fourlane/infer';
import { visit } from './visit.js';

visit({ fl, datasets, infer });
