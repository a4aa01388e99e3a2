package io.github.cometspring.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SharedBuffers}.
 */
class SharedBuffersTests {

	private final EmbeddedChannel channel = new EmbeddedChannel();

	private final EventLoop loop = this.channel.eventLoop();

	// Without leak detection, which wraps some buffers
	private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

	private final byte[] bytes = { 1, 2, 3 };

	@AfterEach
	void close() {
		this.channel.runPendingTasks();
		assertThat(this.allocator.metric().usedDirectMemory()).isZero();
		this.channel.finishAndReleaseAll();
	}

	@Test
	void bufferOfOnlyWriterShouldNotBeCopied() {
		ByteBuf only = buffer(this.bytes);
		assertThat(only.isDirect()).isFalse();
		only.release();
		assertThat(this.allocator.metric().usedDirectMemory()).isZero();
	}

	@Test
	void bufferWhenOthersWriteShouldShareReadOnlyDirectBuffer() {
		buffer(this.bytes).release();
		ByteBuf second = buffer(this.bytes);
		long used = this.allocator.metric().usedDirectMemory();
		ByteBuf third = buffer(this.bytes);
		assertThat(second.isDirect()).isTrue();
		assertThat(second.isReadOnly()).isTrue();
		assertThat(third.unwrap()).isSameAs(second.unwrap());
		assertThat(this.allocator.metric().usedDirectMemory()).isEqualTo(used).isPositive();
		// One socket has taken the bytes, and the other has not.
		second.skipBytes(2);
		second.release();
		assertThat(ByteBufUtil.getBytes(third)).isEqualTo(this.bytes);
		third.release();
	}

	@Test
	void bufferWhenTurnIsOverShouldBelongToSlowSocketsAlone() {
		buffer(this.bytes).release();
		ByteBuf slow = buffer(this.bytes);
		this.channel.runPendingTasks();
		assertThat(slow.refCnt()).isOne();
		assertThat(ByteBufUtil.getBytes(slow)).isEqualTo(this.bytes);
		// In the next turn there is another.
		ByteBuf next = buffer(this.bytes);
		assertThat(next.unwrap()).isNotSameAs(slow.unwrap());
		next.release();
		slow.release();
	}

	@Test
	void bufferWhenManyAnswersTakeTurnsShouldKeepThemApart() {
		byte[][] answers = new byte[10][];
		for (int i = 0; i < answers.length; i++) {
			answers[i] = new byte[] { (byte) i };
		}
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < answers.length; i++) {
				for (int client = 0; client <= i % 3; client++) {
					ByteBuf buffer = buffer(answers[i]);
					assertThat(ByteBufUtil.getBytes(buffer)).isEqualTo(answers[i]);
					buffer.release();
				}
			}
		}
	}

	@Test
	void ofWhenLoopIsAnotherShouldReleaseWhatWasHeld() {
		buffer(this.bytes).release();
		buffer(this.bytes).release();
		assertThat(this.allocator.metric().usedDirectMemory()).isPositive();
		EmbeddedChannel other = new EmbeddedChannel();
		SharedBuffers.of(other.eventLoop());
		assertThat(this.allocator.metric().usedDirectMemory()).isZero();
		other.finishAndReleaseAll();
	}

	private ByteBuf buffer(byte[] bytes) {
		return SharedBuffers.of(this.loop).buffer(bytes, this.allocator);
	}

}
