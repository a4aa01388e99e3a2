/**
 * An auction house: every lot is a comet channel, and every bid reaches every open
 * browser at once.
 */
@NullMarked
package io.github.cometspring.sample;

import org.jspecify.annotations.NullMarked;
