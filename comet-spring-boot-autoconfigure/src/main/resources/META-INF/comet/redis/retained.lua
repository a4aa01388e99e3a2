-- Tells how many messages a channel has, and its newest position.
-- KEYS: the channel, its messages
-- ARGV: run of the server
local channel = redis.call('HMGET', KEYS[1], 'epoch', 'top')
return { 'done', channel[1] or '', channel[2] or '0', redis.call('XLEN', KEYS[2]) }
