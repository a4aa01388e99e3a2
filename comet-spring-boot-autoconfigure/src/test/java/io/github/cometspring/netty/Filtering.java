package io.github.cometspring.netty;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.buffer.PooledByteBufAllocator;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * The actions of a filter on a poll. A header of the poll selects one. One enum, so that
 * a test can go through all of it.
 */
enum Filtering {

	PASS {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return chain.filter(exchange);
		}
	},

	DESCRIBE {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			ServerHttpRequest request = exchange.getRequest();
			exchange.getResponse().getHeaders().setContentType(MediaType.TEXT_PLAIN);
			Mono<String> text = text(request.getBody()).map((body) -> {
				HttpHeaders headers = request.getHeaders();
				List<String> lines = headers.headerNames()
					.stream()
					.map((name) -> name + ": " + headers.get(name))
					.sorted()
					.toList();
				return String.join("\n", request.getMethod() + " " + request.getURI(),
						request.getPath().contextPath() + " + " + request.getPath().pathWithinApplication(),
						"from " + host(request.getRemoteAddress()) + " to " + host(request.getLocalAddress()),
						request.getCookies() + " " + request.getSslInfo() + " " + request.getQueryParams(),
						String.valueOf(request.getId().length() > 8), lines.toString(), body);
			});
			return exchange.getResponse().writeWith(text.map(Filtering::bytes));
		}
	},

	PARTS {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return exchange.getResponse().writeWith(Flux.just("one", "two", "three").map(Filtering::bytes));
		}
	},

	PARTS_IN_TIME {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			Flux<String> parts = Flux.just("one", "two", "three").delayElements(Duration.ofMillis(20));
			return exchange.getResponse().writeWith(parts.map(Filtering::bytes));
		}
	},

	PARTS_OF_KNOWN_LENGTH {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().getHeaders().setContentLength(11);
			return PARTS.filter(exchange, chain);
		}
	},

	NO_PARTS {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return exchange.getResponse().writeWith(Flux.empty());
		}
	},

	GROUPS {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return exchange.getResponse()
				.writeAndFlushWith(Flux.just(Flux.just("one", "two").map(Filtering::bytes),
						Flux.just("three").map(Filtering::bytes)));
		}
	},

	NOTHING {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return exchange.getResponse().setComplete();
		}
	},

	FORGET {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().setStatusCode(HttpStatusCode.valueOf(202));
			return Mono.empty();
		}
	},

	NO_CONTENT {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().setStatusCode(HttpStatusCode.valueOf(204));
			return exchange.getResponse().setComplete();
		}
	},

	ELSEWHERE {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return Mono.fromCallable(() -> bytes("from elsewhere"))
				.subscribeOn(Schedulers.boundedElastic())
				.flatMap((bytes) -> exchange.getResponse().writeWith(Mono.just(bytes)));
		}
	},

	PARTS_FROM_ELSEWHERE {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return PARTS.filter(exchange, chain).subscribeOn(Schedulers.boundedElastic());
		}
	},

	UNKNOWN_STATUS {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().setStatusCode(HttpStatusCode.valueOf(499));
			return exchange.getResponse().writeWith(Mono.just(bytes("so it is")));
		}
	},

	COOKIES {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().addCookie(ResponseCookie.from("plain", "1").build());
			exchange.getResponse()
				.addCookie(ResponseCookie.from("all", "2")
					.path("/")
					.domain("example.org")
					.httpOnly(true)
					.secure(true)
					.sameSite("Strict")
					.build());
			return chain.filter(exchange);
		}
	},

	HEADERS {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().getHeaders().addAll("X-Answer", List.of("one", "two"));
			return chain.filter(exchange);
		}
	},

	BEFORE_COMMIT {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			ServerHttpResponse response = exchange.getResponse();
			response.beforeCommit(() -> Mono.delay(Duration.ofMillis(20))
				.doOnNext((tick) -> response.getHeaders().set("X-Late", "yes"))
				.then());
			return chain.filter(exchange);
		}
	},

	FAIL_BEFORE_COMMIT {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().beforeCommit(() -> Mono.error(new IllegalStateException("no")));
			return chain.filter(exchange);
		}
	},

	CLOSE {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().getHeaders().setConnection("close");
			return chain.filter(exchange);
		}
	},

	FAIL {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return Mono.error(new IllegalStateException("no"));
		}
	},

	THROW {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			throw new IllegalStateException("no");
		}
	},

	FAIL_LATE {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			Flux<String> parts = Flux.just("one", "two").concatWith(Mono.error(new IllegalStateException("no")));
			return exchange.getResponse().writeAndFlushWith(parts.map((part) -> Mono.just(bytes(part))));
		}
	},

	BAD_HEADER {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().getHeaders().set("X-Answer", "one\r\nX-Smuggled: two");
			return chain.filter(exchange);
		}
	},

	THREAD {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return chain.filter(exchange).subscribeOn(Schedulers.boundedElastic());
		}
	},

	SLEEP {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return Mono.delay(Duration.ofMillis(50)).then(chain.filter(exchange));
		}
	},

	SESSION {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return exchange.getSession()
				.doOnNext((session) -> session.getAttributes().put("seen", true))
				.then(chain.filter(exchange));
		}
	},

	OTHER_BODY {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			ServerHttpRequest other = new ServerHttpRequestDecorator(exchange.getRequest()) {

				@Override
				public Flux<DataBuffer> getBody() {
					return text(getDelegate().getBody()).map((body) -> bytes(body.replace('x', 'y'))).flux();
				}

			};
			return chain.filter(exchange.mutate().request(other).build());
		}
	},

	OTHER_HEADER {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			ServerHttpRequest other = exchange.getRequest().mutate().header("Comet-Cursor", "!").build();
			return chain.filter(exchange.mutate().request(other).build());
		}
	},

	OTHER_ANSWER {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			ServerHttpResponse other = new ServerHttpResponseDecorator(exchange.getResponse()) {

				@Override
				public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
					getHeaders().remove(HttpHeaders.CONTENT_LENGTH);
					return super.writeWith(text(Flux.from(body)).map((text) -> bytes(text + "!")));
				}

			};
			return chain.filter(exchange.mutate().response(other).build());
		}
	},

	LATE {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().beforeCommit(() -> Mono.delay(Duration.ofMillis(100)).then());
			chain.filter(exchange).onErrorComplete().subscribe();
			return Mono.empty();
		}
	},

	TIMEOUT {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return chain.filter(exchange).timeout(Duration.ofMillis(50), Mono.defer(() -> {
				exchange.getResponse().setStatusCode(HttpStatusCode.valueOf(202));
				return exchange.getResponse().setComplete();
			}));
		}
	},

	INTERFERE {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			Mono<Void> interference = Mono.delay(Duration.ofMillis(50))
				.then(Mono.defer(exchange.getResponse()::setComplete));
			return Mono.when(chain.filter(exchange), interference.doFinally((signal) -> INTERFERED.incrementAndGet()));
		}
	},

	SLOW_COMMIT {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			exchange.getResponse().beforeCommit(() -> Mono.delay(Duration.ofMillis(300)).then());
			return chain.filter(exchange);
		}
	},

	WAIT {
		@Override
		Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			return exchange.getRequest().getHeaders().containsHeader("X-Many") ? chain.filter(exchange)
					: Mono.<Void>never().doOnCancel(CANCELLED::incrementAndGet);
		}
	};

	/** The makers of the requests that filters have seen. */
	static final List<Maker> SEEN = new CopyOnWriteArrayList<>();

	private static final DataBufferFactory BUFFERS = new NettyDataBufferFactory(PooledByteBufAllocator.DEFAULT);

	static final AtomicInteger CANCELLED = new AtomicInteger();

	static final AtomicInteger INTERFERED = new AtomicInteger();

	abstract Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain);

	private static Mono<String> text(Flux<? extends DataBuffer> body) {
		return DataBufferUtils.join(body).map((bytes) -> {
			String text = bytes.toString(StandardCharsets.UTF_8);
			DataBufferUtils.release(bytes);
			return text;
		});
	}

	private static DataBuffer bytes(String text) {
		// Pooled, so that it shows if it is released too early
		return BUFFERS.allocateBuffer(16).write(text.getBytes(StandardCharsets.UTF_8));
	}

	private static String host(InetSocketAddress address) {
		return Objects.requireNonNull(address).getHostString();
	}

	/**
	 * What has made the request object: the fast path or the server.
	 */
	enum Maker {

		FAST_PATH, SERVER

	}

	@Configuration(proxyBeanMethods = false)
	static class Configured {

		@Bean
		WebFilter doing() {
			return (exchange, chain) -> {
				Object request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
				SEEN.add((request instanceof NettyServerHttpRequest) ? Maker.FAST_PATH : Maker.SERVER);
				String doing = exchange.getRequest().getHeaders().getFirst("X-Do");
				return ((doing != null) ? valueOf(doing) : PASS).filter(exchange, chain);
			};
		}

	}

}
