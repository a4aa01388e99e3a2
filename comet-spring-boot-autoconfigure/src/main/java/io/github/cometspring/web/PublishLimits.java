package io.github.cometspring.web;

import java.time.Duration;

/**
 * What publishers may do over HTTP.
 *
 * @param maxMessages how many messages one request may have; a message for several
 * channels counts for each
 * @param maxChannels how many channels one request may name
 * @param creating whether a channel is created when a message for it comes
 * @param keyValidity how long a key against double publication is remembered
 * @since 0.1.0
 */
public record PublishLimits(int maxMessages, int maxChannels, boolean creating, Duration keyValidity) {

}
