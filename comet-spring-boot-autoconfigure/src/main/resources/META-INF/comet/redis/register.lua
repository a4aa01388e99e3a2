-- Registers a channel, if its id is free and the limit is not reached, unless the node does not know that Redis has lost
-- the registry.
-- KEYS: the registry, times at which channels become idle, generation of the registry
-- ARGV: run of the server, id, value, limit or '', generation to begin if there is none, generation that the node has seen
--       last or ''
local before = redis.call('GET', KEYS[3]) or ''
if ARGV[6] ~= '' and ARGV[6] ~= before then
	return { 'changed', '', before }
end
if redis.call('EXISTS', KEYS[3]) == 0 then
	redis.call('SET', KEYS[3], ARGV[5])
end
local generation = redis.call('GET', KEYS[3])
local value = redis.call('HGET', KEYS[1], ARGV[2])
local time = redis.call('TIME')
local function use(of)
	-- instance, epoch, size, age and idle time in ns, format
	local idle = string.match(of, '^%S+ %S+ %S+ %S+ (%d+)')
	if idle then
		local now = time[1] * 1000 + math.floor(time[2] / 1000)
		redis.call('ZADD', KEYS[2], string.format('%.0f', now + tonumber(idle) / 1000000 + 2000), ARGV[2])
	end
end
if value then
	use(value)
	return { 'found', value, generation }
end
if ARGV[4] ~= '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
	return { 'full', '', generation }
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
use(ARGV[3])
return { 'created', ARGV[3], generation }
