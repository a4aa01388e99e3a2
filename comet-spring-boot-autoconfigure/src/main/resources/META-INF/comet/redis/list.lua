-- Lists all channels, or counts them.
-- KEYS: the registry, the life of the registry
-- ARGV: run of the server, whether to list
local life = redis.call('GET', KEYS[2]) or ''
if ARGV[2] == '1' then
	return { 'done', life, redis.call('HGETALL', KEYS[1]) }
end
return { 'done', life, redis.call('HLEN', KEYS[1]) }
