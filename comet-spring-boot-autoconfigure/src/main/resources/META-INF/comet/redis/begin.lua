-- Creates the keys of a registered channel, if they do not exist.
-- KEYS: the channel, its messages
-- ARGV: run of the server, epoch
if redis.call('EXISTS', KEYS[1]) == 0 then
	-- Fails on a key of another type, which is not deleted.
	redis.call('XLEN', KEYS[2])
	redis.call('DEL', KEYS[2])
	redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'top', '0', 'run', ARGV[1])
end
return { 'done', redis.call('HGET', KEYS[1], 'epoch') or '' }
