package io.github.cometspring.sample;

import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Visitors}.
 */
class VisitorsTests {

	private final TestHouse test = new TestHouse(9);

	private final Item item = this.test.house.bringIn().block();

	@Test
	void outbidWhenLeaderHasChannelShouldTellThem() {
		assertThat(this.test.visitors.notices("Ada Quill").block().channel()).isEqualTo(Visitors.channel("Ada Quill"));
		bid("Ada Quill");
		bid("Bea");
		assertThat(told("Ada Quill")).singleElement()
			.asString()
			.contains("\"bidder\":\"Bea\"", "\"number\":1", this.item.id());
	}

	@Test
	void outbidWhenLeaderRaisesTheirOwnBidShouldTellNobody() {
		this.test.visitors.notices("Ada").block();
		bid("Ada");
		bid("Ada");
		assertThat(told("Ada")).isEmpty();
	}

	@Test
	void outbidWhenLeaderIsNotThereShouldMakeNoChannel() {
		bid("Ada");
		bid("Bea");
		assertThat(this.test.channels.find(Visitors.channel("Ada")).block()).isNull();
		assertThat(this.test.house.open().get(0).bids()).hasSize(2);
	}

	@Test
	void noticesWhenNameIsNoneShouldFail() {
		for (String name : List.of("", " ", "a\nb", "x".repeat(25))) {
			assertThatExceptionOfType(BidRefusedException.class)
				.isThrownBy(() -> this.test.visitors.notices(name).block());
		}
	}

	@Test
	void channelShouldBeAValidIdOfItsOwnForEachName() {
		List<String> names = Stream
			.of("Ada", "ada", "Ada Quill", "Ada_Quill", "Inès Vautrin", "a/b", "~QQ", "%41", "+", "é".repeat(24),
					"\u4e00 ".repeat(12), "😀".repeat(12))
			.toList();
		assertThat(names.stream().map(Visitors::channel)).doesNotHaveDuplicates()
			.allMatch(ChannelName::isValid)
			.contains("visitors/Ada");
	}

	private void bid(String bidder) {
		this.test.house.bid(this.item.id(), new Bid(bidder, this.test.house.open().get(0).minimum())).block();
	}

	private List<String> told(String name) {
		Channel channel = this.test.channels.find(Visitors.channel(name)).blockOptional().orElseThrow();
		channel.publish("\"end\"").block();
		return channel.messages(Cursor.EARLIEST)
			.map(Message::data)
			.takeWhile((data) -> !data.equals("\"end\""))
			.collectList()
			.block();
	}

}
