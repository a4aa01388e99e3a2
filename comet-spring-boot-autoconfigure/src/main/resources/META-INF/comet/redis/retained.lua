-- Returns the newest position of a channel and the number of its messages.
-- KEYS: the channel, its messages
-- ARGV: run of the server
local channel = redis.call('HMGET', KEYS[1], 'epoch', 'top')
return { 'done', channel[1] or '', channel[2] or '0', redis.call('XLEN', KEYS[2]) }
