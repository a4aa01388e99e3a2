/**
 * Publications in traces, by Micrometer Observation.
 */
@NullMarked
package io.github.cometspring.observation;

import org.jspecify.annotations.NullMarked;
