/**
 * WebFlux handlers, one for each dialect, which decode requests and encode batches.
 */
@NullMarked
package io.github.cometspring.web;

import org.jspecify.annotations.NullMarked;
