package io.github.cometspring.web;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.RawWebSocket.Frame;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * Violations of the WebSocket protocol itself (RFC 6455, sections 5 to 8), byte for byte.
 */
class WebSocketProtocolIT {

	private static final int PROTOCOL_ERROR = 1002;

	private static final int INVALID_DATA = 1007;

	private static final byte[] JSON = "{\"ping\":1}".getBytes(StandardCharsets.US_ASCII);

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.max-request-size=2KB");

	private static byte[] close(int code, byte... reason) {
		return ByteBuffer.allocate(2 + reason.length).putShort((short) code).put(reason).array();
	}

	private static byte[] bytes(int... values) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		IntStream.of(values).forEach(bytes::write);
		return bytes.toByteArray();
	}

	private static byte[] join(byte[]... parts) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		Stream.of(parts).forEach(bytes::writeBytes);
		return bytes.toByteArray();
	}

	private static byte[] frame(int firstByte, byte[] payload) {
		return RawWebSocket.frame(firstByte, true, payload);
	}

	static Stream<Arguments> violations() {
		Stream<Arguments> bits = Stream.of(0xC1, 0xA1, 0x91, 0xF1, 0xC2, 0xC9, 0x9A, 0xA8)
			.map((first) -> argumentSet("RSV %x".formatted(first), frame(first, JSON), PROTOCOL_ERROR));
		Stream<Arguments> opcodes = Stream.of(0x83, 0x84, 0x85, 0x86, 0x87, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x03, 0x0B)
			.map((first) -> argumentSet("opcode %x".formatted(first), frame(first, JSON), PROTOCOL_ERROR));
		Stream<Arguments> codes = Stream
			.of(0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 5001, 32767, 32768, 65535)
			.map((code) -> argumentSet("close " + code, frame(0x88, close(code)), PROTOCOL_ERROR));
		Stream<Arguments> texts = invalidTexts()
			.map((text) -> argumentSet("text " + Arrays.toString(text), frame(0x81, text), INVALID_DATA));
		Stream<Arguments> reasons = invalidTexts().map(
				(text) -> argumentSet("reason " + Arrays.toString(text), frame(0x88, close(1000, text)), INVALID_DATA));
		Stream<Arguments> others = Stream.of(argumentSet("only a header with RSV", bytes(0xC1, 0x8A), PROTOCOL_ERROR),
				argumentSet("unmasked text", RawWebSocket.frame(0x81, false, JSON), PROTOCOL_ERROR),
				argumentSet("unmasked pong", RawWebSocket.frame(0x8A, false, new byte[0]), PROTOCOL_ERROR),
				argumentSet("unmasked close", RawWebSocket.frame(0x88, false, close(1000)), PROTOCOL_ERROR),
				argumentSet("fragmented ping", frame(0x09, JSON), PROTOCOL_ERROR),
				argumentSet("fragmented pong", frame(0x0A, JSON), PROTOCOL_ERROR),
				argumentSet("fragmented close", frame(0x08, close(1000)), PROTOCOL_ERROR),
				argumentSet("long ping", frame(0x89, new byte[126]), PROTOCOL_ERROR),
				argumentSet("long close", frame(0x88, close(1000, new byte[124])), PROTOCOL_ERROR),
				argumentSet("close of one byte", frame(0x88, new byte[1]), PROTOCOL_ERROR),
				argumentSet("continuation of nothing", frame(0x80, JSON), PROTOCOL_ERROR),
				argumentSet("text within text", join(frame(0x01, JSON), frame(0x81, JSON)), PROTOCOL_ERROR),
				argumentSet("length not minimal", bytes(0x81, 0xFE, 0, 5, 0, 0, 0, 0, '1', '2', '3', '4', '5'),
						PROTOCOL_ERROR),
				argumentSet("too long", frame(0x81, new byte[2049]), 1009),
				argumentSet("character cut off at the end", join(frame(0x01, bytes('"', 0xC3)), frame(0x80, bytes())),
						INVALID_DATA),
				argumentSet("character continued wrongly", join(frame(0x01, bytes('"', 0xE2, 0x82)), frame(0x80, JSON)),
						INVALID_DATA),
				argumentSet("first fragment already invalid", join(frame(0x01, bytes('"', 0xFF)), frame(0x80, JSON)),
						INVALID_DATA),
				argumentSet("continuation invalid behind a ping",
						join(frame(0x01, bytes('"', 0xE2)), frame(0x89, bytes()), frame(0x80, bytes(0x28))),
						INVALID_DATA));
		return Stream.of(bits, opcodes, codes, texts, reasons, others).flatMap((some) -> some);
	}

	private static Stream<byte[]> invalidTexts() {
		return Stream.of(bytes(0xC3), bytes('"', 0xC3, '"'), bytes(0x80), bytes(0xFF), bytes(0xC0, 0xAF),
				bytes(0xC1, 0xBF), bytes(0xE0, 0x80, 0x80), bytes(0xED, 0xA0, 0x80), bytes(0xF0, 0x80, 0x80, 0x80),
				bytes(0xF4, 0x90, 0x80, 0x80), bytes(0xF5, 0x80, 0x80, 0x80), bytes(0xF0, 0x9F, 0x98));
	}

	@ParameterizedTest
	@MethodSource("violations")
	void frameWhenItBreaksTheProtocolShouldCloseWithItsCode(byte[] bytes, int code) {
		try (RawWebSocket socket = RawWebSocket.open(comet.port())) {
			socket.sendRaw(bytes);
			assertThat(socket.closeCode()).isEqualTo(code);
			assertThat(socket.read()).isNull();
		}
	}

	@Test
	void frameWhenItBreaksTheProtocolShouldCloseWithItsCodeThoughItComesByteByByte() {
		try (RawWebSocket socket = RawWebSocket.open(comet.port())) {
			for (byte b : frame(0x88, close(5000))) {
				socket.sendRaw(new byte[] { b });
			}
			assertThat(socket.closeCode()).isEqualTo(PROTOCOL_ERROR);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
			4401, 4999 })
	void closeWhenLegalShouldBeEchoed(int code) {
		for (byte[] payload : List.of(close(code), close(code, "é€😀".getBytes(StandardCharsets.UTF_8)))) {
			try (RawWebSocket socket = RawWebSocket.open(comet.port())) {
				socket.sendRaw(frame(0x88, payload));
				Frame echo = Objects.requireNonNull(socket.read());
				assertThat(echo.opcode()).isEqualTo(RawWebSocket.CLOSE);
				assertThat(echo.payload()).isEqualTo(payload);
				assertThat(socket.read()).isNull();
			}
		}
	}

	@Test
	void closeWhenEmptyShouldBeEchoed() {
		try (RawWebSocket socket = RawWebSocket.open(comet.port())) {
			socket.sendRaw(frame(0x88, bytes()));
			Frame echo = Objects.requireNonNull(socket.read());
			assertThat(echo.opcode()).isEqualTo(RawWebSocket.CLOSE);
			assertThat(echo.payload()).isEmpty();
			assertThat(socket.read()).isNull();
		}
	}

	@Test
	void framesWhenBehindCloseShouldBeIgnored() {
		try (RawWebSocket socket = RawWebSocket.open(comet.port())) {
			socket.sendRaw(join(frame(0x88, close(1000)), frame(0x81, JSON), frame(0xFF, JSON), new byte[] { 1 }));
			assertThat(socket.closeCode()).isEqualTo(1000);
			assertThat(socket.read()).isNull();
		}
	}

	@Test
	void textWhenSplitWithinCharactersShouldBeRead() {
		byte[] text = "{\"ping\":7,\"x\":\"é€😀\"}".getBytes(StandardCharsets.UTF_8);
		try (RawWebSocket socket = RawWebSocket.open(comet.port())) {
			for (int i = 0; i < text.length; i++) {
				int first = ((i == 0) ? 0x01 : 0x00) | ((i == text.length - 1) ? 0x80 : 0);
				socket.sendRaw(frame(first, new byte[] { text[i] }));
				socket.sendRaw(frame(0x8A, bytes(0xFF)));
			}
			assertThat(socket.text()).isEqualTo("{\"pong\":7}");
		}
	}

	@Test
	void connectionWhenItEndsWithinFrameShouldBeReleased() {
		for (byte[] bytes : List.of(frame(0x01, JSON), bytes(0x81), bytes(0x81, 0xFE, 0), bytes(0x88, 0x82, 1, 2, 3, 4),
				join(frame(0x01, bytes('"', 0xC3)), bytes(0x80)))) {
			try (RawWebSocket socket = RawWebSocket.open(comet.port())) {
				socket.sendRaw(bytes).connection().closeOutput();
				assertThat(socket.connection().drain()).isTrue();
			}
		}
	}

}
