-- Forgets that a channel was about to end: it has.
-- KEYS: what is ending
-- ARGV: run of the server, its entry
redis.call('ZREM', KEYS[1], ARGV[2])
return { 'done' }
