-- Keeps the state of the sale, if this node leads it.
-- KEYS: the lease, the state
-- ARGV: address of this node, state
if redis.call('GET', KEYS[1]) == ARGV[1] then
	redis.call('SET', KEYS[2], ARGV[2])
	return 1
end
return 0
