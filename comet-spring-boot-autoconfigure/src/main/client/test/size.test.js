import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

test('the client is under 7 KB, gzipped', () => {
	const size = gzipSync(readFileSync(new URL('../comet.js', import.meta.url)), { level: 9 }).length;
	assert.ok(size < 7 * 1024, `${size} bytes`);
});
