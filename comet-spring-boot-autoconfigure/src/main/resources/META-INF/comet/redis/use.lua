-- Marks channels as used, and returns those that are idle and those whose close was begun but not completed.
-- KEYS: the registry, times at which channels become idle, channels that are ending
-- ARGV: run of the server, the most channels to return of each kind, ids
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 3, #ARGV do
	local value = redis.call('HGET', KEYS[1], ARGV[i])
	local idle = value and string.match(value, '^%S+ %S+ %S+ %S+ (%d+)')
	if idle then
		redis.call('ZADD', KEYS[2], string.format('%.0f', now + tonumber(idle) / 1000000 + 2000), ARGV[i])
	end
end
local idle = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[2])) do
	local value = redis.call('HGET', KEYS[1], name)
	if value then
		idle[#idle + 1] = name .. ' ' .. value
	else
		redis.call('ZREM', KEYS[2], name)
	end
end
local ending = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, ARGV[2])
for _, entry in ipairs(ending) do
	redis.call('ZADD', KEYS[3], string.format('%.0f', now + 5000), entry)
end
return { 'done', idle, ending }
