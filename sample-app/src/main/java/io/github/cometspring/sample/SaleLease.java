package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;

import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/**
 * The lease on Redis that lets one node lead the sale, and the state of the sale, which
 * only the holder of the lease can write.
 */
@Component
@ConditionalOnBooleanProperty("auction.shared")
class SaleLease implements SaleBook {

	/** How long a leader leads that does not renew the lease. */
	static final Duration DURATION = Duration.ofSeconds(5);

	private static final String LEASE = "auction:{sale}:lease";

	private static final String STATE = "auction:{sale}:state";

	private static final RedisScript<String> LEAD = RedisScript.of(new ClassPathResource("lead.lua"), String.class);

	private static final RedisScript<Boolean> WRITE = RedisScript.of(new ClassPathResource("write.lua"), Boolean.class);

	private static final RedisScript<Boolean> LEAVE = RedisScript.of(new ClassPathResource("leave.lua"), Boolean.class);

	private final ReactiveStringRedisTemplate redis;

	private final JsonMapper json;

	private final String address;

	SaleLease(ReactiveStringRedisTemplate redis, JsonMapper json, AuctionProperties properties) {
		this.redis = redis;
		this.json = json;
		this.address = properties.address();
	}

	/**
	 * Takes or renews the lease, unless another node has it.
	 * @return the address of the node that leads now
	 */
	Mono<String> lead() {
		return this.redis.execute(LEAD, List.of(LEASE), List.of(this.address, String.valueOf(DURATION.toMillis())))
			.next();
	}

	/**
	 * Gives the lease back, if this node has it.
	 * @return completes when another node can take it
	 */
	Mono<Void> leave() {
		return this.redis.execute(LEAVE, List.of(LEASE), List.of(this.address)).then();
	}

	@Override
	public Mono<Void> write(SaleRoom.State state) {
		return Mono.fromCallable(() -> this.json.writeValueAsString(state))
			.flatMap((text) -> this.redis.execute(WRITE, List.of(LEASE, STATE), List.of(this.address, text)).next())
			.filter(Boolean.TRUE::equals)
			.switchIfEmpty(Mono.error(
					() -> new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "Another node leads the sale.")))
			.then();
	}

	/**
	 * Reads the state of the sale.
	 * @return the state, or nothing if there has been no sale
	 */
	Mono<SaleRoom.State> read() {
		return this.redis.opsForValue().get(STATE).map((text) -> this.json.readValue(text, SaleRoom.State.class));
	}

}
