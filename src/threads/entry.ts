/** What a thread of a team runs: the build makes `dist/replica.js` of it, a file that imports nothing. */
import { openPort } from './port.js';
import { Replica } from './replica.js';
import type { Mail } from './wire.js';

const port = openPort<null, Mail>();
if (port) {
  const replica = new Replica();
  port.listen((mail) => replica.receive(mail));
  port.post(null);
}
