import assert from 'node:assert/strict';
import { test } from 'node:test';
import { targetPath } from '../../src/cli/target-path.js';
test('only the path of a target is shown: a query may hold a token', () => {
    const of = (text) => targetPath(Buffer.from(text));
    assert.equal(of('GET /chat?token=secret HTTP/1.1\r\nHost: h\r\n\r\n'), '/chat');
    assert.equal(of('GET / HTTP/1.1\r\n'), '/');
    assert.equal(of('GET /x'), '/x');
    assert.equal(of('garbage\r\n'), '?');
    assert.equal(of(''), '?');
});
