/** What runs in the worker: the build makes `dist/worker-thread.js` of it, a file that imports nothing. */
import { openPort } from './port.js';
import { Server } from './server.js';

const port = openPort();
if (port) new Server(port);
