/**
 * The original server as a witness: what it was recorded to do is asked of this one.
 */
@NullMarked
package io.github.cometspring.web.golden;

import org.jspecify.annotations.NullMarked;
