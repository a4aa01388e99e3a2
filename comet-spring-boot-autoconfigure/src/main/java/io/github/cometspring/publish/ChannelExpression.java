package io.github.cometspring.publish;

import java.util.List;

import org.springframework.expression.EvaluationContext;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.ParserContext;
import org.springframework.expression.common.CompositeStringExpression;
import org.springframework.expression.common.TemplateParserContext;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * The name of a channel with expressions in braces. Thread-safe.
 */
final class ChannelExpression {

	private static final SpelExpressionParser PARSER = new SpelExpressionParser();

	private static final ParserContext BRACES = new TemplateParserContext("{", "}");

	private final String text;

	private final List<Expression> parts;

	private ChannelExpression(String text, List<Expression> parts) {
		this.text = text;
		this.parts = parts;
	}

	/**
	 * Parses a name.
	 * @param text the name, with properties resolved
	 * @return the name
	 * @throws ParseException if an expression in it is invalid
	 */
	static ChannelExpression parse(String text) {
		Expression parsed = PARSER.parseExpression(text.replace("#{", "{"), BRACES);
		List<Expression> parts = (parsed instanceof CompositeStringExpression composite)
				? List.of(composite.getExpressions()) : List.of(parsed);
		return new ChannelExpression(text, parts);
	}

	/**
	 * The name for one result.
	 * @param context the parameters and the result
	 * @return the name, which may be invalid
	 * @throws EvaluationException if an expression fails or is {@code null}
	 */
	String name(EvaluationContext context) {
		StringBuilder name = new StringBuilder();
		for (Expression part : this.parts) {
			String value = part.getValue(context, String.class);
			if (value == null) {
				throw new EvaluationException(this.text,
						"{%s} in the name of a channel is null".formatted(part.getExpressionString()));
			}
			name.append(value);
		}
		return name.toString();
	}

}
