package io.github.cometspring.web;

import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * The headers of a request as a map, which are looked up by names in any case. A view,
 * not to be changed.
 */
final class HeaderMap extends AbstractMap<String, List<String>> {

	private final HttpHeaders headers;

	HeaderMap(HttpHeaders headers) {
		this.headers = headers;
	}

	@Override
	public boolean containsKey(@Nullable Object name) {
		return get(name) != null;
	}

	@Override
	public @Nullable List<String> get(@Nullable Object name) {
		return (name instanceof String text) ? this.headers.get(text) : null;
	}

	@Override
	public Set<Map.Entry<String, List<String>>> entrySet() {
		return this.headers.headerSet();
	}

}
