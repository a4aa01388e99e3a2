-- Decides what has become of a channel that is not there: it has ended, or it has been lost and lives on.
-- KEYS: the registry, the life of the registry, when channels are idle
-- ARGV: run of the server, name, value, life that the node knew, run that the node knew, life to begin if there is none
if redis.call('EXISTS', KEYS[2]) == 0 then
	redis.call('SET', KEYS[2], ARGV[6])
end
local life = redis.call('GET', KEYS[2])
local value = redis.call('HGET', KEYS[1], ARGV[2])
if value then
	local same = string.match(value, '^%S+') == string.match(ARGV[3], '^%S+')
	return { same and 'living' or 'closed', life }
end
-- A registry that is the same as before has let go of a channel because it was closed.
if life == ARGV[4] and ARGV[1] == ARGV[5] then
	return { 'closed', life }
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
local idle = string.match(ARGV[3], '^%S+ %S+ %S+ %S+ (%d+)')
if idle then
	local time = redis.call('TIME')
	redis.call('ZADD', KEYS[3], string.format('%.0f', time[1] * 1000 + tonumber(idle) / 1000000 + 2000), ARGV[2])
end
return { 'living', life }
