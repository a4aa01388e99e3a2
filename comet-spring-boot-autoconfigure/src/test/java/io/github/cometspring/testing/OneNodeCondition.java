package io.github.cometspring.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Skips {@link OneNodeOnly} tests in the run on two nodes.
 */
final class OneNodeCondition implements ExecutionCondition {

	@Override
	public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
		if (!TwoNodes.ARE_SET) {
			return ConditionEvaluationResult.enabled("One node");
		}
		return AnnotationSupport.findAnnotation(context.getElement(), OneNodeOnly.class)
			.map((only) -> ConditionEvaluationResult.disabled("One node only: " + only.value()))
			.orElseGet(() -> ConditionEvaluationResult.enabled("Two nodes"));
	}

}
