-- Creates the keys of a channel, if they do not exist. Until its name is registered they expire.
-- Returns its epoch, and whether it is closed.
-- KEYS: the channel, its messages
-- ARGV: run of the server, epoch, their lifetime in ms, or '' if the name is registered
if redis.call('EXISTS', KEYS[1]) == 0 then
	-- Fails on a key of another type, which is not deleted.
	redis.call('XLEN', KEYS[2])
	redis.call('DEL', KEYS[2])
	redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'top', '0', 'run', ARGV[1])
	if ARGV[3] ~= '' then
		redis.call('PEXPIRE', KEYS[1], ARGV[3])
	end
elseif ARGV[3] == '' and not redis.call('HGET', KEYS[1], 'closed') then
	redis.call('PERSIST', KEYS[1])
end
return { 'done', redis.call('HGET', KEYS[1], 'epoch') or '', redis.call('HGET', KEYS[1], 'closed') or '' }
