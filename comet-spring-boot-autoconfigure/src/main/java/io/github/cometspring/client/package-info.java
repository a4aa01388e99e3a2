/**
 * A client for Java: listens to the channels of another application.
 */
@NullMarked
package io.github.cometspring.client;

import org.jspecify.annotations.NullMarked;
