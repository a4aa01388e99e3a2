-- Numbers a message, stores it and publishes it.
-- KEYS: the channel, its messages, perhaps what remembers the key of the publication
-- ARGV: run of the server, epoch to begin if the run has changed, text, nonce of the delivery or '',
--       how many messages to keep, how long in ms, feed, with a key: check of the text, how long to remember in ms
local channel = redis.call('HMGET', KEYS[1], 'epoch', 'top', 'run', 'closed', 'aging')
if channel[4] then
	return { 'closed' }
end
if not channel[1] then
	return { 'missing' }
end
if KEYS[3] then
	local known = redis.call('GET', KEYS[3])
	if known then
		return { 'known', known }
	end
end
-- Another run of the server may have lost messages, so the channel continues in another epoch.
local epoch = (channel[3] == ARGV[1]) and channel[1] or ARGV[2]
local offset = string.format('%.0f', tonumber(channel[2]) + 1)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local age = tonumber(ARGV[6])
-- XADD first, since it may fail, and Redis does not roll back a script.
redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[5], offset .. '-' .. string.format('%.0f', now), 'e', epoch, 'd', ARGV[3],
	'n', ARGV[4])
redis.call('HSET', KEYS[1], 'top', offset, 'epoch', epoch, 'run', ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
local aging = tonumber(channel[5] or '0')
if now > aging then
	-- Delete messages that are too old, and remember when the oldest one will be.
	while true do
		local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1][1]
		local written = tonumber(string.match(oldest, '%-(%d+)$'))
		if written + age >= now or string.match(oldest, '^(%d+)') == offset then
			redis.call('HSET', KEYS[1], 'aging', string.format('%.0f', written + age))
			break
		end
		redis.call('XDEL', KEYS[2], oldest)
	end
end
if KEYS[3] then
	redis.call('SET', KEYS[3], epoch .. ' ' .. offset .. ' ' .. ARGV[8], 'PX', ARGV[9])
end
redis.call('PUBLISH', ARGV[7], 'm ' .. epoch .. ' ' .. offset .. ' ' .. ARGV[4] .. '\n' .. ARGV[3])
return { 'done', epoch, offset }
