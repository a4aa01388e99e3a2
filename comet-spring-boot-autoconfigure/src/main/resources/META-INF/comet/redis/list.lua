-- Lists all channels, or counts them.
-- KEYS: the registry, generation of the registry
-- ARGV: run of the server, whether to list
local generation = redis.call('GET', KEYS[2]) or ''
if ARGV[2] == '1' then
	return { 'done', generation, redis.call('HGETALL', KEYS[1]) }
end
return { 'done', generation, redis.call('HLEN', KEYS[1]) }
