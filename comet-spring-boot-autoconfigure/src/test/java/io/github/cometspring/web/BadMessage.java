package io.github.cometspring.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Classifies messages in JSON by the rules of the protocol (sections 3, 5 and 7),
 * independently of the server's decoder.
 */
enum BadMessage {

	/** It is not UTF-8. */
	NO_TEXT,

	/** It is over the limit. */
	TOO_BIG,

	/** It is no JSON object. */
	NO_OBJECT,

	/** One of its members is wrong. */
	WRONG,

	/** Nothing is wrong with it. */
	FINE;

	private static final JsonMapper JSON = JsonMapper.builder()
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private static final JsonMapper STRICT = JSON.rebuild()
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.build();

	/**
	 * The kinds that a message may be of, usually one.
	 * @param bytes the message
	 * @param limit the maximum size
	 * @return its kinds
	 */
	static Set<BadMessage> of(byte[] bytes, int limit) {
		EnumSet<BadMessage> result = EnumSet.noneOf(BadMessage.class);
		if (bytes.length > limit) {
			result.add(TOO_BIG);
		}
		String text = text(bytes);
		if (text == null) {
			result.add(NO_TEXT);
		}
		if (text == null || !result.isEmpty()) {
			return result;
		}
		try {
			JsonNode json = JSON.readTree(text);
			return json.isObject() ? judge(json, text) : EnumSet.of(NO_OBJECT);
		}
		catch (StreamConstraintsException ex) {
			return EnumSet.of(NO_OBJECT, WRONG, FINE);
		}
		catch (JacksonException ex) {
			return EnumSet.of(NO_OBJECT);
		}
	}

	private static @Nullable String text(byte[] bytes) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException ex) {
			return null;
		}
	}

	private static Set<BadMessage> judge(JsonNode json, String text) {
		try {
			STRICT.readTree(text);
		}
		catch (JacksonException ex) {
			// The protocol does not define which of several members of one name counts.
			return EnumSet.of(WRONG, FINE);
		}
		return EnumSet.of(isFine(json) ? FINE : WRONG);
	}

	private static boolean isFine(JsonNode json) {
		return areIds(json, "channels") && areIds(json, "subscribe") && areIds(json, "unsubscribe")
				&& (!json.has("cursor") || isCursor(json.get("cursor")))
				&& (!json.has("from") || isFrom(json.get("from")))
				&& (!json.has("timeout") || isDuration(json.get("timeout")))
				&& (!json.has("ping") || (json.get("ping").isIntegralNumber() && json.get("ping").canConvertToLong()));
	}

	private static boolean areIds(JsonNode json, String name) {
		return !json.has(name) || areIds(json.get(name));
	}

	private static boolean areIds(JsonNode ids) {
		return ids.isArray() && ids.valueStream().allMatch(JsonNode::isString);
	}

	private static boolean isFrom(JsonNode from) {
		// An invalid cursor here affects only its own channels (section 8).
		return from.isObject() && from.propertyStream().allMatch((start) -> areIds(start.getValue()));
	}

	/**
	 * The ids in a valid message that have an invalid cursor.
	 */
	static Set<String> misplaced(JsonNode json) {
		return json.path("from")
			.propertyStream()
			.filter((start) -> !isCursor(start.getKey()))
			.flatMap((start) -> start.getValue().valueStream())
			.map(JsonNode::stringValue)
			.collect(Collectors.toSet());
	}

	private static boolean isCursor(JsonNode cursor) {
		return cursor.isString() && isCursor(cursor.stringValue());
	}

	private static boolean isCursor(String token) {
		try {
			Cursor.parse(token);
			return true;
		}
		catch (InvalidCursorException ex) {
			return false;
		}
	}

	private static boolean isDuration(JsonNode duration) {
		try {
			return duration.isString() && !Duration.parse(duration.stringValue()).isNegative();
		}
		catch (DateTimeException ex) {
			return false;
		}
	}

}
