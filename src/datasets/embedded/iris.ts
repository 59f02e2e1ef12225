// Written by scripts/embed-datasets.mjs; do not edit.
import type { PackedTable } from '../unpack.js';

export const table: PackedTable = {
  rows: 150,
  columns: [
    [43, 1, 6, 0],
    [20, 1, 5, 0],
    [10, 1, 6, 0],
    [1, 1, 5, 0],
    [0, 0, 1, 1],
  ],
  text: `
IGEDHLDHBGLFFAPOLIOILIDIFHHJJEFLJMGHMGBIHCBHIFIDKHbVaMWOUGXJHQRSNYNPTNQSUSVXZYROMMPRLRYUNMMSPHNOOTIOUPcUWhGeY
dWVZOPVWiiRaNiUYdTSVdfkVUSiUVRaYaPZYYUWTQepi4Tc5K4uUqmJvlJ0YNcpz3MW6tlsfBTnjY+SpMi1jFjQhpEnAoSUrUcRWIKhKkKSYh
DnU5Y1FMowzqSkqGnUlSipLBh1FQxUjCYhB2sQpCkSQgynLUtazsaoqnKEEDFEHEFEFFGEBCFDEHFHFAHJGGFEGGFFEFCDEDFDDDGJEGEFElj
nekjlXkdZgelaijfjdmenlhimojZcbdpjjlifeikeXggghUfypxuw4j1wzprtoprt57ovn5nvymnuwz2upuzutmsuppxvqoqspCEIQjEEIAhA
AIxiEIIwkCEYQhCMAQhCAIRCCUYghCFrnMcx6WNS5LWNclyosctjWwclSVvc9zGMW1aWLYxTMSpGtIRjicqTvaNbOtOcaRjGj5Tq5trxjS9pW
xaU7RAAAAAAAAKqqqqqqqqqqqqqqqq////////////////8
`,
};
