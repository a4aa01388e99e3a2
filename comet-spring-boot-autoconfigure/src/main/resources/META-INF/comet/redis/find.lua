-- Finds channels by their ids, also those that ended a short while ago.
-- KEYS: the registry, times at which channels become idle, generation of the registry, ended channel of each id
-- ARGV: run of the server, whether to mark the channels as used, ids
local generation = redis.call('GET', KEYS[3]) or ''
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = {}
for i = 3, #ARGV do
	local value = redis.call('HGET', KEYS[1], ARGV[i])
	if value then
		local idle = string.match(value, '^%S+ %S+ %S+ %S+ (%d+)')
		if idle and ARGV[2] == '1' then
			redis.call('ZADD', KEYS[2], string.format('%.0f', now + tonumber(idle) / 1000000 + 2000), ARGV[i])
		end
		found[#found + 1] = value
		found[#found + 1] = '1'
	else
		found[#found + 1] = redis.call('GET', KEYS[i + 1]) or ''
		found[#found + 1] = '0'
	end
end
return { 'done', generation, found }
