-- Gives the lease back.
-- KEYS: the lease
-- ARGV: address of this node
if redis.call('GET', KEYS[1]) == ARGV[1] then
	redis.call('DEL', KEYS[1])
	return 1
end
return 0
