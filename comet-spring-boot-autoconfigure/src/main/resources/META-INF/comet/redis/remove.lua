-- Frees the id of a channel that is to be closed.
-- KEYS: the registry, times at which channels become idle, channels that are ending, ended channel of this id
-- ARGV: run of the server, id, instance, how long it can be read in ms, whether to free it only if it is idle
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
-- If this node does not complete the close, another node does.
redis.call('ZADD', KEYS[3], string.format('%.0f', now + 5000), ARGV[2] .. ' ' .. value)
redis.call('SET', KEYS[4], value, 'PX', ARGV[4])
return { 'done', ARGV[2] .. ' ' .. value }
