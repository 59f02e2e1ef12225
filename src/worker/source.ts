/** Stands for the text of `dist/worker-thread.js`, which the build puts in its place. Without it `workerUrl` is needed. */
const workerSource: string = '';
export default workerSource;
