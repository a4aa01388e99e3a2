-- Decides whether a channel that Redis lacks, or whose keys it lacks, has ended or was lost. If it was lost, registers it again.
-- KEYS: the registry, generation of the registry, times at which channels become idle, channels that are ending
-- ARGV: run of the server, id, value, generation and run that the node has seen last, generation to begin if there is none
if redis.call('EXISTS', KEYS[2]) == 0 then
	redis.call('SET', KEYS[2], ARGV[6])
end
local generation = redis.call('GET', KEYS[2])
local value = redis.call('HGET', KEYS[1], ARGV[2])
if value then
	local same = string.match(value, '^%S+') == string.match(ARGV[3], '^%S+')
	return { same and 'living' or 'closed', generation }
end
-- The registry has lost nothing since the node saw the channel in it, so the channel was closed.
if generation == ARGV[4] and ARGV[1] == ARGV[5] then
	return { 'closed', generation }
end
-- Its id is free, since a node is closing it.
if redis.call('ZSCORE', KEYS[4], ARGV[2] .. ' ' .. ARGV[3]) then
	return { 'closed', generation }
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
local idle = string.match(ARGV[3], '^%S+ %S+ %S+ %S+ (%d+)')
if idle then
	local time = redis.call('TIME')
	redis.call('ZADD', KEYS[3], string.format('%.0f', time[1] * 1000 + tonumber(idle) / 1000000 + 2000), ARGV[2])
end
return { 'living', generation }
