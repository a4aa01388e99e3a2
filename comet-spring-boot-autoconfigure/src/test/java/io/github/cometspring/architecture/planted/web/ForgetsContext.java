package io.github.cometspring.architecture.planted.web;

import reactor.core.publisher.BaseSubscriber;

/**
 * Breaks a rule: loses the context of who subscribes to it.
 */
class ForgetsContext extends BaseSubscriber<String> {

}
