/**
 * A broker as others may write one, with what is public and nothing else: its channels
 * live behind a network.
 */
@NullMarked
package io.github.cometspring.foreign;

import org.jspecify.annotations.NullMarked;
