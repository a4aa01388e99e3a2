package io.github.cometspring.test;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.protocol.ServerMessage;
import io.github.cometspring.web.CometWebSocketHandler;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;

/**
 * What a client says and hears on one WebSocket.
 */
final class SocketTalk implements WebSocketHandler {

	private static final Duration CLOSING = Duration.ofSeconds(1);

	private static final int LOG_IN_AGAIN = 4401;

	private static final int TRY_AGAIN_LATER = 1013;

	private final Reception.Link link;

	private final List<String> grants;

	/**
	 * Creates a talk.
	 * @param link where it starts, and to whom it reports
	 * @param grants the grants to present
	 */
	SocketTalk(Reception.Link link, List<String> grants) {
		this.link = link;
		this.grants = grants;
	}

	@Override
	public List<String> getSubProtocols() {
		return List.of(CometWebSocketHandler.SUBPROTOCOL);
	}

	@Override
	public Mono<Void> handle(WebSocketSession session) {
		Mono<Void> receive = session.receive()
			.filter((frame) -> frame.getType() == WebSocketMessage.Type.TEXT)
			.map(WebSocketMessage::getPayloadAsText)
			.doOnNext(this::read)
			.takeUntil((text) -> !this.link.isOpen())
			.then();
		return session.send(Mono.fromSupplier(() -> session.textMessage(subscribe())))
			.and(receive)
			.then(Mono.defer(() -> this.link.isOpen() ? awaitStatus(session) : session.close()))
			// The client's library does not hand the context of the test on.
			.contextWrite(LateErrors.IGNORED);
	}

	private Mono<Void> awaitStatus(WebSocketSession session) {
		return session.closeStatus().timeout(CLOSING, Mono.empty()).doOnNext(this::end).then();
	}

	private String subscribe() {
		Map<String, Object> frame = new LinkedHashMap<>();
		frame.put("subscribe", this.link.channels());
		frame.put("cursor", this.link.cursor().token());
		if (!this.grants.isEmpty()) {
			frame.put("grants", this.grants);
		}
		return JsonMapper.shared().writeValueAsString(frame);
	}

	private void read(String text) {
		JsonNode frame = JsonMapper.shared().readTree(text);
		if (frame.has("error")) {
			throw new RefusedException(
					CometRefusal.of(CometRefusal.Reason.MALFORMED, frame.path("error").stringValue(""), List.of()));
		}
		if (frame.has("cursor")) {
			ServerMessage message = ServerMessage.decode(text);
			message.refused().forEach(this.link::refuse);
			if (this.link.isRefused()) {
				throw new RefusedException(
						CometRefusal.of(CometRefusal.Reason.FORBIDDEN, "Not authorized", message.refused()));
			}
			JsonPollWire.read(message, this.link);
			return;
		}
		frame.path("refused").forEach((id) -> this.link.refuse(id.stringValue("")));
		frame.path("gaps").forEach((id) -> this.link.gap(id.stringValue("")));
		frame.path("ended").forEach((id) -> this.link.end(id.stringValue("")));
	}

	private void end(CloseStatus status) {
		CometRefusal.Reason reason = switch (status.getCode()) {
			case LOG_IN_AGAIN -> CometRefusal.Reason.LOGIN;
			case TRY_AGAIN_LATER -> CometRefusal.Reason.UNAVAILABLE;
			default -> null;
		};
		String detail = "close code %d %s"
			.formatted(status.getCode(), (status.getReason() != null) ? status.getReason() : "")
			.strip();
		if (reason != null && !this.link.admitted().isDone()) {
			throw new RefusedException(CometRefusal.of(reason, detail, List.of()));
		}
		this.link.disconnect(reason, detail);
	}

}
