package io.github.cometspring.netty;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.github.cometspring.web.FullRequest;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.http.support.Netty4HeadersAdapter;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/**
 * A request on the filter path, which has arrived in full on a connection without
 * encryption.
 */
final class NettyServerHttpRequest extends AbstractServerHttpRequest implements FullRequest {

	private static final AtomicLong count = new AtomicLong();

	private final Channel channel;

	private final HttpRequest head;

	private final byte[] body;

	NettyServerHttpRequest(Channel channel, HttpRequest head, URI uri, byte[] body) {
		super(HttpMethod.valueOf(head.method().name()), uri, null,
				new HttpHeaders(new Netty4HeadersAdapter(head.headers())));
		this.channel = channel;
		this.head = head;
		this.body = body;
	}

	Channel channel() {
		return this.channel;
	}

	@Override
	protected MultiValueMap<String, HttpCookie> initCookies() {
		MultiValueMap<String, HttpCookie> cookies = new LinkedMultiValueMap<>();
		List<String> values = this.head.headers().getAll(HttpHeaderNames.COOKIE);
		for (String value : values) {
			for (Cookie cookie : ServerCookieDecoder.STRICT.decodeAll(value)) {
				cookies.add(cookie.name(), new HttpCookie(cookie.name(), cookie.value()));
			}
		}
		return cookies;
	}

	@Override
	public @Nullable InetSocketAddress getLocalAddress() {
		return (this.channel.localAddress() instanceof InetSocketAddress address) ? address : null;
	}

	@Override
	public @Nullable InetSocketAddress getRemoteAddress() {
		return (this.channel.remoteAddress() instanceof InetSocketAddress address) ? address : null;
	}

	@Override
	protected @Nullable SslInfo initSslInfo() {
		return null;
	}

	@Override
	public byte[] body() {
		return this.body;
	}

	@Override
	public Flux<DataBuffer> getBody() {
		return (this.body.length > 0)
				? Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(this.body.clone())))
				: Flux.empty();
	}

	@Override
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	public <T> T getNativeRequest() {
		return (T) this;
	}

	@Override
	protected String initId() {
		return this.channel.id().asShortText() + "-" + count.incrementAndGet();
	}

}
