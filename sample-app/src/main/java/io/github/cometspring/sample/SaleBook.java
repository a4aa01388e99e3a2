package io.github.cometspring.sample;

import reactor.core.publisher.Mono;

/**
 * Keeps the state of the sale outside of this node, so that another one can go on with
 * it. The one that is used without Redis keeps nothing.
 */
@FunctionalInterface
interface SaleBook {

	/**
	 * Keeps the state of the sale.
	 * @param state the items after a change
	 * @return completes when it is kept, or fails if this node may not change the sale
	 */
	Mono<Void> write(SaleRoom.State state);

}
