-- Takes or renews the lease, and tells who has it.
-- KEYS: the lease
-- ARGV: address of this node, how long it leads in ms
local leader = redis.call('GET', KEYS[1])
if not leader or leader == ARGV[1] then
	redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
	return ARGV[1]
end
return leader
