package io.github.cometspring.autoconfigure;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.util.ReflectionUtils;

/**
 * Reads the fields of objects of other libraries that have no accessors for them.
 */
final class FieldValues {

	private FieldValues() {
	}

	/**
	 * The objects of a type that another one holds in its fields, or in collections
	 * there.
	 * @param <T> the type
	 * @param owner the object whose fields are read
	 * @param type the type
	 * @return the objects in the order of the collection, or none if the fields cannot be
	 * read
	 */
	static <T> List<T> of(Object owner, Class<T> type) {
		List<T> values = new ArrayList<>();
		try {
			ReflectionUtils.doWithFields(owner.getClass(), (field) -> {
				ReflectionUtils.makeAccessible(field);
				Object value = field.get(owner);
				Stream<?> all = (value instanceof Collection<?> several) ? several.stream() : Stream.ofNullable(value);
				all.filter(type::isInstance).map(type::cast).forEach(values::add);
			}, (field) -> !Modifier.isStatic(field.getModifiers()));
		}
		// A module of the application may be closed, or a type of a field missing.
		catch (RuntimeException | LinkageError ex) {
			return List.of();
		}
		return values;
	}

}
