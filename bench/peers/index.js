const files = ['./tfjs.js'];

/**
 * The libraries that are installed in bench/node_modules.
 *
 * @returns {Promise<{ libraries: object[], missing: boolean }>}
 */
export async function loadPeers() {
  const libraries = [];
  let missing = false;
  for (const file of files) {
    try {
      libraries.push(...(await import(file)).libraries);
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      missing = true;
    }
  }
  return { libraries, missing };
}
