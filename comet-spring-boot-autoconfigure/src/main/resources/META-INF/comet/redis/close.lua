-- Closes a channel. Its messages can be read for some more time.
-- KEYS: the channel, its messages
-- ARGV: run of the server, how long it can be read in ms, feed
local channel = redis.call('HMGET', KEYS[1], 'epoch', 'top', 'closed')
if not channel[3] then
	redis.call('HSET', KEYS[1], 'closed', '1')
	-- Kept longer than its messages, so that later publications fail as closed and not as missing.
	redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[2]), 600000))
	redis.call('PEXPIRE', KEYS[2], ARGV[2])
	redis.call('PUBLISH', ARGV[3], 'c ' .. (channel[1] or '0') .. ' ' .. (channel[2] or '0') .. '\n')
end
return { 'done' }
