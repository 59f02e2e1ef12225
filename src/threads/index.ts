/** The threads of the platform: the only room beside `node` that knows what a runtime calls them. */
export { openPort, type Port } from './port.js';
export { ThreadTeam } from './team.js';
export { hasThreads, startThread, type Thread, type ThreadEvents } from './thread.js';
export { absoluteUrl } from './url.js';
