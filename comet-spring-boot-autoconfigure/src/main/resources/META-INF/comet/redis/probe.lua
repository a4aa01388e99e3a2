-- Sends a word to the node's own feed, and tells what may have changed meanwhile.
-- KEYS: the life of the registry, the state of the control
-- ARGV: run of the server, feed, word
redis.call('PUBLISH', ARGV[2], ARGV[3])
return { 'done', redis.call('GET', KEYS[1]) or '', redis.call('HGET', KEYS[2], 'version') or '0' }
