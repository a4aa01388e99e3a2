/**
 * Codecs of the wire protocol. They are static and stateless, and decide nothing about
 * subscriptions. The only exception that input can cause is
 * {@link io.github.cometspring.protocol.MalformedMessageException}.
 */
@NullMarked
package io.github.cometspring.protocol;

import org.jspecify.annotations.NullMarked;
