-- Removes a channel that has ended from those that are ending.
-- KEYS: channels that are ending
-- ARGV: run of the server, entry of the channel
redis.call('ZREM', KEYS[1], ARGV[2])
return { 'done' }
