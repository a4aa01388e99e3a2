package io.github.cometspring.sample;

import java.io.IOException;
import java.time.Duration;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.typed.TypedChannels;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.ClassPathResource;

import static org.mockito.Mockito.spy;

/**
 * An auction house with virtual time. Each lot lasts 45 seconds.
 */
final class TestHouse {

	static final Duration ITEM_DURATION = Duration.ofSeconds(45);

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	final AuctionProperties properties = new AuctionProperties(true, 6, Duration.ofSeconds(60), Duration.ofSeconds(10),
			Duration.ofSeconds(8), false, "");

	final JsonMapper json = JsonMapper.builder().build();

	final Channels channels;

	final Visitors visitors;

	final AuctionHouse house;

	TestHouse(int maxChannels) {
		this.channels = spy(new DefaultChannels(new InMemoryChannelBroker(maxChannels, this.time),
				ChannelSettings.DEFAULT, 65_536, Schedulers.immediate()));
		// Dice that always return the minimum
		TypedChannels typed = new TypedChannels(this.channels, ChannelSettings.DEFAULT, this.json);
		this.visitors = new Visitors(typed);
		this.house = new AuctionHouse(typed, catalogue(), this.properties, this.time, () -> 0, (state) -> Mono.empty(),
				this.visitors);
	}

	private Catalogue catalogue() {
		try {
			return new Catalogue(this.json, new ClassPathResource("catalogue.json"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	void pass(Duration duration) {
		this.time.advanceTimeBy(duration);
	}

}
