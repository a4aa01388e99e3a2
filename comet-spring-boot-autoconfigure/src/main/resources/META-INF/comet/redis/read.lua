-- Reads the messages of a channel after a position.
-- KEYS: the channel, its messages
-- ARGV: run of the server, epoch to begin if the run has changed, epoch and offset of the position
local channel = redis.call('HMGET', KEYS[1], 'epoch', 'top', 'run', 'closed')
if not channel[1] then
	return { channel[4] and 'closed' or 'missing' }
end
local epoch = channel[1]
if channel[3] ~= ARGV[1] and not channel[4] then
	epoch = ARGV[2]
	redis.call('HSET', KEYS[1], 'epoch', epoch, 'run', ARGV[1])
end
local after = (epoch == ARGV[3]) and ARGV[4] or '0'
local entries = {}
if after ~= channel[2] then
	local first = string.format('%.0f', tonumber(after) + 1)
	entries = redis.call('XRANGE', KEYS[2], first .. '-0', '+')
end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
return { 'done', epoch, channel[2], channel[4] or '', now, entries }
