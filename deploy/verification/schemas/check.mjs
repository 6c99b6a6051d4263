// node check.mjs FILE: holds every manifest in a YAML file against the schema of its kind, and prints what they are, or what is wrong.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const folder = import.meta.dirname;
const manifests = parseAllDocuments(readFileSync(process.argv[2], 'utf8')).map(document => document.toJS());
const faults = [];

function moduleOf({ apiVersion }) {
  if (apiVersion.startsWith('monitoring.coreos.com/')) {
    return `@kubernetes-models/prometheus-operator/${apiVersion}`;
  }
  return `kubernetes-models/${apiVersion}`;
}

// Values: types, ranges, forms.
for (const manifest of manifests) {
  const { [manifest.kind]: Kind } = await import(moduleOf(manifest));
  try {
    new Kind(manifest).validate();
  } catch (error) {
    faults.push(`${manifest.kind} ${manifest.metadata.name}: ${error.message}`);
  }
}

// Names of fields, which the validators pass over: the compiler takes no literal with a field that its type lacks.
const source = manifests.map((manifest, index) =>
  `export const manifest${index}: import('${moduleOf(manifest)}').I${manifest.kind} = ${JSON.stringify(manifest, null, 2)};\n`);
writeFileSync(join(folder, 'manifests.ts'), source.join(''));
const compiler = spawnSync(join(folder, 'node_modules/.bin/tsc'),
  ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', join(folder, 'manifests.ts')], { encoding: 'utf8' });
if (compiler.status !== 0) {
  faults.push(compiler.stdout + compiler.stderr);
}

console.log(faults.length === 0 && manifests.length > 0 ? manifests.map(({ kind }) => kind).join(', ') : faults.join('\n') || 'There is no manifest.');
process.exit(faults.length === 0 && manifests.length > 0 ? 0 : 1);
