package io.github.cometspring.channel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Positions}.
 */
class PositionsTests {

	private static final long SEED = Long.getLong("comet.test.seed", System.nanoTime());

	private final Random random = new Random(SEED);

	@Test
	void cursorAfterRandomChangesShouldHaveTheBytesOfTheProtocol() {
		// Two of the names have the same key.
		List<String> names = new ArrayList<>(Collisions.find());
		names.addAll(List.of("a", "b", "Ünï/cödé", "\uD835\uDC9C", "x".repeat(128)));
		for (int round = 0; round < 2000; round++) {
			Map<String, Position> expected = new HashMap<>();
			Positions positions = new Positions(this.random.nextInt(3));
			for (int change = 0; change < 30; change++) {
				String name = names.get(this.random.nextInt(names.size()));
				change(expected, positions, name);
				String token = token(expected);
				assertThat(new String(positions.token(), StandardCharsets.US_ASCII)).as("seed %d", SEED)
					.isEqualTo(token);
				assertThat(positions.cursor().token()).isEqualTo(token);
				assertThat(positions.cursor()).isEqualTo(Cursor.of(expected)).isSameAs(positions.cursor());
				assertThat(positions.size()).isEqualTo(expected.size());
			}
		}
	}

	private void change(Map<String, Position> expected, Positions positions, String name) {
		int key = Positions.key(name);
		Position before = expected.get(name);
		Position after = position();
		if (before == null) {
			positions.add(key, after);
			expected.put(name, after);
		}
		else if (this.random.nextInt(4) == 0) {
			positions.remove(key, before);
			expected.remove(name);
		}
		else {
			positions.move(key, before, after);
			expected.put(name, after);
		}
	}

	/**
	 * Few epochs, so that positions of channels with the same key have the same one, too.
	 */
	private Position position() {
		long[] epochs = { 1, 2, 0xFFFF, 0x1_0000, 0x8000_0000L, 0x1234_5678_9ABCL, Position.MAX_EPOCH };
		long[] offsets = { 0, 1, 2, 0x7FFF_FFFFL, 0xFFFF_FFFFL, 1L << 47, Position.MAX_OFFSET };
		return new Position(epochs[this.random.nextInt(epochs.length)], offsets[this.random.nextInt(offsets.length)]);
	}

	@Test
	void copyShouldNotChangeWithTheOriginal() {
		Positions original = new Positions(2);
		original.add(7, new Position(1, 1));
		Positions copy = original.copy();
		Cursor cursor = original.cursor();
		original.move(7, new Position(1, 1), new Position(1, 2));
		original.add(3, new Position(1, 1));
		assertThat(copy.cursor()).isEqualTo(cursor);
		copy.remove(7, new Position(1, 1));
		assertThat(copy.cursor()).isEqualTo(Cursor.of(Map.of()));
		assertThat(original.size()).isEqualTo(2);
	}

	@Test
	void moveWhenThereIsNoSuchPositionShouldFail() {
		Positions positions = new Positions(1);
		positions.add(7, new Position(1, 1));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> positions.move(7, new Position(1, 2), new Position(1, 3)));
		assertThatIllegalArgumentException().isThrownBy(() -> positions.remove(8, new Position(1, 1)));
	}

	/**
	 * A token as the protocol describes it, written plainly.
	 */
	private static String token(Map<String, Position> positions) {
		List<byte[]> entries = new ArrayList<>();
		positions.forEach((name,
				position) -> entries.add(ByteBuffer.allocate(16)
					.putInt(Positions.key(name))
					.putShort((short) (position.epoch() >>> 32))
					.putInt((int) position.epoch())
					.putShort((short) (position.offset() >>> 32))
					.putInt((int) position.offset())
					.array()));
		entries.sort(Arrays::compareUnsigned);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		bytes.write(1);
		entries.forEach(bytes::writeBytes);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
	}

}
