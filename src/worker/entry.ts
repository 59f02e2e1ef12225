/** What runs in the worker: the build makes `dist/worker-thread.js` of it, a file that imports nothing. */
import { openPort } from '../threads/index.js';
import { Server } from './server.js';
import type { Message, Reply } from './wire.js';

const port = openPort<Reply, Message>();
if (port) new Server(port);
