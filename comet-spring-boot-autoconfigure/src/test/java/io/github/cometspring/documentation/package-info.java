/**
 * Tests of what the documents say: a reader who types it gets what they promise.
 */
@NullMarked
package io.github.cometspring.documentation;

import org.jspecify.annotations.NullMarked;
