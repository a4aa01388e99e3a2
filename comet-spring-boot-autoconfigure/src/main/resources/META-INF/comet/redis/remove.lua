-- Frees the name of a channel, which is about to end.
-- KEYS: the registry, when channels are idle, what is ending, what has ended of this name
-- ARGV: run of the server, name, instance, how long it can be read in ms, whether only if it is idle
local value = redis.call('HGET', KEYS[1], ARGV[2])
if not value or string.match(value, '^%S+') ~= ARGV[3] then
	return { 'gone' }
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[5] == '1' then
	local due = redis.call('ZSCORE', KEYS[2], ARGV[2])
	if not due or tonumber(due) > now then
		return { 'used' }
	end
end
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[2])
-- If this node does not come to its end, another ends it.
redis.call('ZADD', KEYS[3], string.format('%.0f', now + 5000), ARGV[2] .. ' ' .. value)
redis.call('SET', KEYS[4], value, 'PX', ARGV[4])
return { 'done', ARGV[2] .. ' ' .. value }
