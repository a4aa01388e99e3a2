/**
 * Crowds of clients, good and hostile ones, beside a server for a long time.
 */
@NullMarked
package io.github.cometspring.soak;

import org.jspecify.annotations.NullMarked;
