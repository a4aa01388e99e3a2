package io.github.cometspring.sample;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Component;

/**
 * The lots of the sale, from a file. When all were sold the sale begins again.
 */
@Component
class Catalogue {

	private final List<Lot> lots;

	Catalogue(JsonMapper json, @Value("classpath:catalogue.json") Resource file) throws IOException {
		try (InputStream in = file.getInputStream()) {
			this.lots = json.readValue(in, new TypeReference<List<Lot>>() {
			});
		}
	}

	/**
	 * A lot of the catalogue.
	 * @param number the lot number, from 1
	 * @return the lot
	 */
	Lot lot(int number) {
		return this.lots.get(Math.floorMod(number - 1, this.lots.size()));
	}

}
