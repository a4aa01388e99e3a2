-- Publishes a number to the node's own feed. Returns the generation of the registry, the version of the control's state,
-- and the error of a write, if Redis does not accept it.
-- KEYS: generation of the registry, state of the control, a key to write
-- ARGV: run of the server, feed, number
redis.call('PUBLISH', ARGV[2], ARGV[3])
local written = redis.pcall('SET', KEYS[3], '1', 'PX', '60000')
return { 'done', redis.call('GET', KEYS[1]) or '', redis.call('HGET', KEYS[2], 'version') or '0', written['err'] or '' }
