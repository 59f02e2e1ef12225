const peers = [{ name: 'TensorFlow.js', file: './tfjs.js' }];

/**
 * The libraries that are installed in bench/node_modules, and a line for each that is not.
 *
 * @returns {Promise<{ libraries: object[], notes: string[] }>}
 */
export async function loadPeers() {
  const libraries = [];
  const notes = [];
  for (const { name, file } of peers) {
    try {
      libraries.push(...(await import(file)).libraries);
    } catch (error) {
      if (!/^Cannot find package/.test(error.message)) throw error;
      notes.push(`${name} is not installed and left out; \`npm ci --prefix bench\` installs it.`);
    }
  }
  return { libraries, notes };
}
