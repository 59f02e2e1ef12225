/**
 * Looks for what the rows of docs/features.json say. A check is a text:
 *
 * - `layers.dense`: an export of `fourlane`; `data/KFold`: of `fourlane/data`; `Model#fit`: a method or accessor.
 * - `make layers.dense`: the export, made with `needs` and with each of `options` of the row.
 * - `option optimizers.adam.clipnorm`, `option fit.epochs`: the thing, made or called with that option.
 * - `probe customLoss`: a few lines in probes.mjs that use it.
 * - `entry ./worker`: an entry of package.json; `file examples/digits.js`: a file of the repository.
 *
 * Several with ` | ` between them are alternatives. Upper and lower case make no difference in the last part of a name.
 */
import { existsSync, readFileSync } from 'node:fs';
import { calls, probes } from './probes.mjs';

const root = new URL('../../', import.meta.url);

/**
 * Goes through the rows. `modules` holds the modules of the package by their subpaths ('' is the core).
 *
 * @returns for each row what is missing; a row of which nothing is missing is done.
 * @throws Error for a row without checks, and for a check of an unknown kind.
 */
export async function checkFeatures(rows, modules) {
  const results = [];
  for (const row of rows) {
    if (!row.checks?.length)
      throw new Error(`The row '${row.name}' of section ${row.section} says no check.`);
    const missing = [];
    for (const check of row.checks) {
      const faults = await Promise.all(check.split(' | ').map((one) => faultOf(one, row, modules)));
      if (faults.every(Boolean)) missing.push(faults[0]);
    }
    results.push({ row, missing });
  }
  return results;
}

/** What is wrong with a check, or undefined. */
async function faultOf(check, row, modules) {
  const [kind, rest] = /^(make|option|probe|entry|file) /.test(check)
    ? check.split(/ (.*)/s)
    : ['export', check];
  if (kind === 'export') return find(rest, modules) === undefined ? `no ${rest}` : undefined;
  if (kind === 'make') return makeFault(rest, row, modules);
  if (kind === 'option') return optionFault(rest, modules);
  if (kind === 'file') return existsSync(new URL(rest, root)) ? undefined : `no file ${rest}`;
  if (kind === 'entry') {
    const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    return rest in exports ? undefined : `no entry ${rest}`;
  }
  if (!Object.hasOwn(probes, rest)) throw new Error(`There is no probe '${rest}' (row '${row.name}').`);
  try {
    return (await probes[rest](modules)) ? undefined : `${rest} does not work`;
  } catch (error) {
    return `${rest}: ${error.message.split('\n')[0]}`;
  }
}

/** An export by its path, a method by `Class#name`. */
function find(path, modules) {
  if (!/^[\w/.#]+$/.test(path)) throw new Error(`'${path}' is no check.`);
  const [place, name] = path.includes('/') ? path.split('/') : ['', path];
  const [names, method] = name.split('#');
  let value = modules[place];
  for (const part of names.split('.')) value = member(value, part);
  if (!method) return value;
  const own = value?.prototype && memberNames(value.prototype).find((key) => same(key, method));
  return own && value;
}

function member(value, name) {
  if (value === undefined || value === null) return undefined;
  const keys = Object.keys(value).filter((key) => same(key, name));
  // A factory rather than the class of the same name.
  const key = keys.find((one) => one === name) ?? keys.find((one) => /^[a-z]/.test(one)) ?? keys[0];
  return key === undefined ? undefined : value[key];
}

function memberNames(prototype) {
  const names = [];
  for (let at = prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at));
  }
  return names;
}

const same = (a, b) => a.toLowerCase() === b.toLowerCase();

function makeFault(path, { needs = {}, options = {} }, modules) {
  const make = find(path, modules);
  if (make === undefined) return `no ${path}`;
  const error = errorOf(() => construct(make, needs));
  if (error) return `${path}: ${error.message.split('\n')[0]}`;
  const lacking = Object.entries(options).filter(([option, value]) => !knows(make, needs, option, value));
  return lacking.length ? `${path} without ${lacking.map(([option]) => option).join(', ')}` : undefined;
}

async function optionFault(path, modules) {
  const at = path.lastIndexOf('.');
  const [target, option] = [path.slice(0, at), path.slice(at + 1)];
  if (Object.hasOwn(calls, target)) {
    const refused = async (name) => {
      try {
        await calls[target](modules, { [name]: undefined });
      } catch (error) {
        return error.code === 'unknown-option';
      }
      return false;
    };
    if (!(await refused('noSuchOption'))) return `${target} does not refuse unknown options`;
    return (await refused(option)) ? `no option ${path}` : undefined;
  }
  const make = find(target, modules);
  if (make === undefined) return `no ${target}`;
  return knows(make, {}, option, undefined) ? undefined : `no option ${path}`;
}

/**
 * Whether it takes that option: where unknown ones are refused, whether this one is not; elsewhere, whether what is made
 * says the option in its configuration.
 */
function knows(make, needs, option, value) {
  const refused = (name, given) =>
    errorOf(() => construct(make, { ...needs, [name]: given }))?.code === 'unknown-option';
  if (refused('noSuchOption', 1)) return !refused(option, value);
  const made = construct(make, { ...needs, [option]: value ?? undefined });
  const config = made.getConfig?.() ?? made.config ?? {};
  return option in config || (value === null && option in made);
}

function construct(make, options) {
  const isClass = /^class\b/.test(Function.prototype.toString.call(make));
  return isClass ? new make(options) : make(options);
}

function errorOf(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
