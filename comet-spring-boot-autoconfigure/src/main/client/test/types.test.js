import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false',
	'--target', 'es2022', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--lib', 'es2022,dom,dom.iterable'];
const run = (...args) => spawnSync('tsc', args, { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' });
const missing = run('--version').error;

test('the types allow what an application may write', { skip: missing && 'there is no tsc on the PATH' }, () => {
	assert.equal(run(...options, 'testing/usage.ts', 'testing/frameworks.ts', 'testing/modules.d.ts').stdout, '');
});
