package io.github.cometspring.benchmarks.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;

/**
 * One connection of the Netty server.
 */
final class NettyHandler extends SimpleChannelInboundHandler<Object> {

	private static final String EMPTY = "HTTP/1.1 204 No Content\r\n\r\n";

	private static final String STREAM = """
			HTTP/1.1 200 OK\r
			Content-Type: text/event-stream\r
			Cache-Control: no-store\r
			\r
			""";

	private final NettyTopics topics;

	NettyHandler(NettyTopics topics) {
		this.topics = topics;
	}

	@Override
	protected void channelRead0(ChannelHandlerContext context, Object message) throws Exception {
		if (!(message instanceof FullHttpRequest request)) {
			// Bytes from a WebSocket client
			return;
		}
		Channel client = context.channel();
		String[] path = request.uri().split("/");
		NettyTopics.Topic topic = this.topics.get(path[2]);
		switch (path[1]) {
			case "lp" -> topic.poll(client, (path.length > 3) ? Long.parseLong(path[3]) : 0);
			case "sse" -> {
				client.writeAndFlush(ascii(STREAM));
				topic.stream(client);
			}
			case "ws" -> {
				client.writeAndFlush(ascii(upgrade(request)));
				client.pipeline().remove("aggregator");
				client.pipeline().remove("decoder");
				topic.socket(client);
			}
			case "pub" -> {
				topic.publish(ByteBufUtil.getBytes(request.content()));
				client.writeAndFlush(ascii(EMPTY));
			}
			default -> {
				String body = path[2].equals("memory") ? MemoryReport.take() : "";
				client.writeAndFlush(ascii("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body));
			}
		}
	}

	private static String upgrade(FullHttpRequest request) throws NoSuchAlgorithmException {
		String key = request.headers().get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
		byte[] digest = MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII));
		return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
				+ Base64.getEncoder().encodeToString(digest) + "\r\n\r\n";
	}

	private static ByteBuf ascii(String text) {
		return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		context.close();
	}

}
