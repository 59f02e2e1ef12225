/** Stands for the text of `dist/replica.js`, which the build puts in its place. */
const replicaSource: string = '';
export default replicaSource;
