/**
 * Codecs of the wire protocol, bytes to values and back. They are static, pure and total:
 * no input makes one throw, and none of them decides anything about a subscription.
 */
@NullMarked
package io.github.cometspring.protocol;

import org.jspecify.annotations.NullMarked;
