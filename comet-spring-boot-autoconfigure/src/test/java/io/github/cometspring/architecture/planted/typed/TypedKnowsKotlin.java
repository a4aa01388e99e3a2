package io.github.cometspring.architecture.planted.typed;

import io.github.cometspring.architecture.planted.kotlin.KotlinKnowsTooMuch;

/**
 * Knows the extensions for Kotlin.
 */
public class TypedKnowsKotlin {

	final KotlinKnowsTooMuch known = new KotlinKnowsTooMuch();

}
