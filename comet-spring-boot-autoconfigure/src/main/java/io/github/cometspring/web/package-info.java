/**
 * WebFlux handlers, one a dialect: they decode a request and encode batches.
 */
@NullMarked
package io.github.cometspring.web;

import org.jspecify.annotations.NullMarked;
