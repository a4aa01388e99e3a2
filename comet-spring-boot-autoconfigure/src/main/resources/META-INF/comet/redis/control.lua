-- Stores a command and publishes the change, unless a later one has been given. Returns the state, also without a command.
-- KEYS: the state of the control
-- ARGV: run of the server, feed, 'activity', 'timeout' or '', value, whether to kill, how long ago it was given in ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] ~= '' then
	local given = now - tonumber(ARGV[6])
	local last = tonumber(redis.call('HGET', KEYS[1], ARGV[3] .. '-given') or '0')
	if given >= last then
		redis.call('HSET', KEYS[1], ARGV[3], ARGV[4], ARGV[3] .. '-given', string.format('%.0f', given))
		if ARGV[5] == '1' then
			redis.call('HINCRBY', KEYS[1], 'kills', 1)
		end
		redis.call('HINCRBY', KEYS[1], 'version', 1)
		redis.call('PUBLISH', ARGV[2], 'changed')
	end
end
local state = redis.call('HMGET', KEYS[1], 'version', 'activity', 'timeout', 'kills')
return { 'done', state[1] or '0', state[2] or '', state[3] or '', state[4] or '0' }
