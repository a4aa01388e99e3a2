-- Sends a word to the node's own feed, and tells what may have changed meanwhile, and why Redis does not accept writes.
-- KEYS: the life of the registry, the state of the control, a key to write
-- ARGV: run of the server, feed, word
redis.call('PUBLISH', ARGV[2], ARGV[3])
local written = redis.pcall('SET', KEYS[3], '1', 'PX', '60000')
return { 'done', redis.call('GET', KEYS[1]) or '', redis.call('HGET', KEYS[2], 'version') or '0', written['err'] or '' }
