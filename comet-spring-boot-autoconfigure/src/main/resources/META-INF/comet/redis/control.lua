-- Stores a command and publishes the change, unless a later one has been given. Returns the state, also without a command.
-- An event changes no state: the last 256 are kept, for nodes that have not received them yet.
-- KEYS: the state of the control
-- ARGV: run of the server, feed, 'activity', 'timeout', 'event' or '', value, whether to kill, how long ago it was given in ms,
-- generation of the events that the node knows, number of the last of them, or -1 if it has just started
local kept = 256
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] == 'event' then
	local number = redis.call('HINCRBY', KEYS[1], 'events', 1)
	if number == 1 then
		redis.call('HSET', KEYS[1], 'events-life', string.format('%.0f', now))
	end
	redis.call('HSET', KEYS[1], 'event-' .. number % kept, ARGV[4])
	redis.call('HINCRBY', KEYS[1], 'version', 1)
	redis.call('PUBLISH', ARGV[2], 'changed')
elseif ARGV[3] ~= '' then
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
local state = redis.call('HMGET', KEYS[1], 'version', 'activity', 'timeout', 'kills', 'events', 'events-life')
local events = tonumber(state[5] or '0')
local generation = state[6] or ''
local answer = { 'done', state[1] or '0', state[2] or '', state[3] or '', state[4] or '0', generation, tostring(events) }
local known = tonumber(ARGV[8])
if known >= 0 then
	-- In another generation, Redis has lost all earlier events, and the present ones are new.
	local first = generation == ARGV[7] and known + 1 or 1
	for number = math.max(first, events - kept + 1), events do
		answer[#answer + 1] = redis.call('HGET', KEYS[1], 'event-' .. number % kept) or ''
	end
end
return answer
