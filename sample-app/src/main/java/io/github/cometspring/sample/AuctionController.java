package io.github.cometspring.sample;

import java.net.URI;
import java.security.Principal;
import java.util.Locale;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.sample.BidRefusedException.Reason;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebInputException;

/**
 * The REST half of the application: the state that a page starts from, and bids.
 */
@RestController
@RequestMapping("/api/items")
class AuctionController {

	private final AuctionHouse house;

	AuctionController(AuctionHouse house) {
		this.house = house;
	}

	@GetMapping
	Mono<Sale> sale() {
		return this.house.sale();
	}

	@PostMapping("/{id}/bids")
	@ResponseStatus(HttpStatus.CREATED)
	Mono<Item> bid(@PathVariable String id, @RequestBody BidRequest request, @Nullable Principal principal) {
		return this.house.bid(id, request.toBid(principal));
	}

	@ExceptionHandler
	ProblemDetail refused(BidRefusedException ex) {
		HttpStatus status = switch (ex.getReason()) {
			case NOT_A_BID -> HttpStatus.BAD_REQUEST;
			case UNKNOWN_ITEM -> HttpStatus.NOT_FOUND;
			case TOO_LOW -> HttpStatus.CONFLICT;
			case CLOSED, WITHDRAWN -> HttpStatus.GONE;
		};
		return problem(status, ex.getReason(), String.valueOf(ex.getMessage()));
	}

	@ExceptionHandler
	ProblemDetail unreadable(ServerWebInputException ex) {
		return problem(HttpStatus.BAD_REQUEST, Reason.NOT_A_BID, "A bid is JSON with a bidder and an amount.");
	}

	@ExceptionHandler
	ProblemDetail unavailable(BrokerUnavailableException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE,
				"The house cannot reach its channels. Please bid again.");
	}

	private static ProblemDetail problem(HttpStatus status, Reason reason, String detail) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
		String name = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
		problem.setType(URI.create("urn:auction:" + name));
		problem.setTitle("Bid refused");
		return problem;
	}

	/**
	 * The body of a bid request.
	 *
	 * @param bidder who bids, unless somebody is logged in
	 * @param amount the amount in euros; a JSON integer
	 */
	record BidRequest(@Nullable String bidder, @Nullable JsonNode amount) {

		Bid toBid(@Nullable Principal principal) {
			if (this.amount == null || !this.amount.canConvertToLong() || !this.amount.isIntegralNumber()) {
				throw new BidRefusedException(Reason.NOT_A_BID, "A bid is a whole number of euros.");
			}
			// Who is logged in bids by their own name.
			String bidder = (principal != null) ? principal.getName() : this.bidder;
			return new Bid((bidder != null) ? bidder : "", this.amount.longValue());
		}

	}

}
