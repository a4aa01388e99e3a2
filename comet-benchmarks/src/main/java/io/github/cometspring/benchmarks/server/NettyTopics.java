package io.github.cometspring.benchmarks.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/**
 * The channels of the Netty server. For use on its one event loop only.
 */
final class NettyTopics {

	private final Map<String, Topic> topics = new HashMap<>();

	Topic get(String name) {
		return this.topics.computeIfAbsent(name, (key) -> new Topic());
	}

	/**
	 * A channel: its waiting polls, its streams, and the last answer.
	 */
	static final class Topic {

		private final List<Channel> streams = new ArrayList<>();

		private final List<Channel> sockets = new ArrayList<>();

		private List<Channel> polls = new ArrayList<>();

		private long newest;

		private ByteBuf answer = Unpooled.EMPTY_BUFFER;

		void poll(Channel client, long after) {
			if (after > 0 && after < this.newest) {
				client.writeAndFlush(this.answer.retainedDuplicate());
			}
			else {
				this.polls.add(client);
			}
		}

		void stream(Channel client) {
			this.streams.add(client);
			client.closeFuture().addListener((closed) -> this.streams.remove(client));
		}

		void socket(Channel client) {
			this.sockets.add(client);
			client.closeFuture().addListener((closed) -> this.sockets.remove(client));
		}

		void publish(byte[] data) {
			this.newest++;
			this.answer.release();
			this.answer = bytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain;charset=UTF-8\r\nX-Pos: " + this.newest
					+ "\r\nContent-Length: " + data.length + "\r\n\r\n", data, "");
			List<Channel> waiting = this.polls;
			this.polls = new ArrayList<>(waiting.size());
			write(this.answer.retain(), waiting);
			write(bytes("data:", data, "\n\n"), this.streams);
			write(frame(data), this.sockets);
		}

		private static void write(ByteBuf bytes, List<Channel> clients) {
			for (Channel client : clients) {
				client.writeAndFlush(bytes.retainedDuplicate(), client.voidPromise());
			}
			bytes.release();
		}

		private static ByteBuf bytes(String before, byte[] data, String after) {
			byte[] head = before.getBytes(StandardCharsets.US_ASCII);
			byte[] tail = after.getBytes(StandardCharsets.US_ASCII);
			return Unpooled.directBuffer(head.length + data.length + tail.length)
				.writeBytes(head)
				.writeBytes(data)
				.writeBytes(tail);
		}

		private static ByteBuf frame(byte[] data) {
			ByteBuf frame = Unpooled.directBuffer(4 + data.length).writeByte(0x81);
			if (data.length < 126) {
				frame.writeByte(data.length);
			}
			else {
				frame.writeByte(126).writeShort(data.length);
			}
			return frame.writeBytes(data);
		}

	}

}
