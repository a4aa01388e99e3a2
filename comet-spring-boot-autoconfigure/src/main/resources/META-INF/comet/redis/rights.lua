-- Tries each command that the other scripts use, and returns those that the user may not use.
-- KEYS: a key that does not exist afterwards
-- ARGV: feed without subscribers
local denied = {}
local function try(command, ...)
	local answer = redis.pcall(command, ...)
	local refusal = type(answer) == 'table' and answer['err'] or ''
	-- The errors of different versions
	if string.find(refusal, 'NOPERM', 1, true) or string.find(refusal, 'ACL failure', 1, true)
		or string.find(refusal, 'The user executing the script', 1, true) then
		denied[#denied + 1] = command
	end
end
try('TIME')
try('PUBLISH', ARGV[1], '')
try('DEL', KEYS[1])
try('SET', KEYS[1], '1', 'PX', '60000')
try('GET', KEYS[1])
try('EXISTS', KEYS[1])
try('DEL', KEYS[1])
try('HSET', KEYS[1], 'a', '1')
try('PEXPIRE', KEYS[1], '60000')
try('PERSIST', KEYS[1])
try('HINCRBY', KEYS[1], 'a', '1')
try('HGET', KEYS[1], 'a')
try('HMGET', KEYS[1], 'a')
try('HGETALL', KEYS[1])
try('HLEN', KEYS[1])
try('HDEL', KEYS[1], 'a')
try('DEL', KEYS[1])
try('XADD', KEYS[1], 'MAXLEN', '1', '1-1', 'a', '1')
try('XLEN', KEYS[1])
try('XRANGE', KEYS[1], '-', '+')
try('XDEL', KEYS[1], '1-1')
try('DEL', KEYS[1])
try('ZADD', KEYS[1], '1', 'a')
try('ZSCORE', KEYS[1], 'a')
try('ZRANGEBYSCORE', KEYS[1], '-inf', '+inf')
try('ZREM', KEYS[1], 'a')
try('DEL', KEYS[1])
return { 'done', denied }
