/**
 * Publication of what methods of beans return.
 */
@NullMarked
package io.github.cometspring.publish;

import org.jspecify.annotations.NullMarked;
