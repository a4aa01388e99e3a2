import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = '../../../../';
const folder = fileURLToPath(new URL('..', import.meta.url));
const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const description = JSON.parse(read('package.json'));

/** The files that `exports` names, whatever the conditions. */
const named = (target) => typeof target === 'string' ? [target.replace('./', '')] : Object.values(target).flatMap(named);

/** What `npm pack` packs; without npm, what `files` says, for patterns of the form that stands there. */
const packed = (t) => {
	const npm = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' });
	if (!npm.error) {
		assert.equal(npm.status, 0, npm.stderr);
		return JSON.parse(npm.stdout)[0].files.map(({ path }) => path);
	}
	t.diagnostic('There is no npm on the PATH: the files are those that package.json names');
	const ends = description.files.map((pattern) => pattern.replace('/*', ''));
	assert.ok(ends.every((end) => /^[.\w]+$/.test(end)), `npm has to say what ${description.files} means`);
	const always = ['package.json', 'README.md', 'LICENSE'];
	return readdirSync(folder).filter((name) => always.includes(name) || ends.some((end) => name.endsWith(end)));
};

test('the package has the version of the project', () => {
	assert.equal(description.version, /<revision>(.*)<\/revision>/.exec(read(`${ROOT}pom.xml`))[1]);
});

test('the package has the licence of the project', () => {
	assert.equal(description.license, 'Apache-2.0');
	assert.equal(read('LICENSE'), read(`${ROOT}LICENSE`));
});

test('the package says where it comes from', () => {
	const url = /<url>(https:.*)<\/url>/.exec(read(`${ROOT}pom.xml`))[1];
	assert.equal(description.repository.url, `git+${url}.git`);
	assert.ok(folder.replaceAll('\\', '/').endsWith(`/${description.repository.directory}/`));
	assert.ok(description.homepage.startsWith(url) && description.bugs.startsWith(url));
});

test('the package has what it exports, each with types, and nothing else', (t) => {
	const files = packed(t).sort();
	const exports = named(description.exports);
	const modules = exports.filter((name) => name.endsWith('.js'));
	assert.ok(modules.length > 0);
	for (const module of modules) {
		assert.ok(exports.includes(module.replace(/\.js$/, '.d.ts')), `${module} has no types`);
	}
	const rest = files.filter((name) => !['package.json', 'README.md', 'LICENSE'].includes(name));
	assert.deepEqual(rest, [...new Set(exports)].sort());
	assert.equal(files.length, rest.length + 3);
	assert.equal(description.sideEffects, false);
	assert.equal(description.dependencies, undefined);
});
