package io.github.cometspring.testing;

import io.netty.channel.ChannelOption;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Configuration of a server for whose clients the kernel keeps little: that one does not
 * read shows soon, and that it reads a little shows as well.
 */
@Configuration(proxyBeanMethods = false)
public class SmallBuffers {

	/**
	 * How much the kernel keeps for a client, more or less.
	 */
	public static final int SIZE = 32 * 1024;

	@Bean
	NettyServerCustomizer smallSendBuffer() {
		return (server) -> server.childOption(ChannelOption.SO_SNDBUF, SIZE);
	}

}
