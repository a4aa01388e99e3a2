package io.github.cometspring.testing;

import io.netty.channel.ChannelOption;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Configuration of a server with small send buffers, so that the server soon notices that
 * a client reads nothing, or a little.
 */
@Configuration(proxyBeanMethods = false)
public class SmallBuffers {

	/**
	 * The approximate size of the kernel's buffer for a client.
	 */
	public static final int SIZE = 32 * 1024;

	@Bean
	NettyServerCustomizer smallSendBuffer() {
		return (server) -> server.childOption(ChannelOption.SO_SNDBUF, SIZE);
	}

}
