package io.github.cometspring.sample;

import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.test.AutoConfigureCometTester;
import io.github.cometspring.test.CometRefusal.Reason;
import io.github.cometspring.test.CometTester;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ActiveProfiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may listen to which channel of the sale for registered bidders.
 */
@SpringBootTest(properties = "auction.simulate=false")
@ActiveProfiles("secured")
@AutoConfigureCometTester
class SecuredSaleTests {

	@Autowired
	private CometTester comet;

	@Autowired
	private Visitors visitors;

	@Test
	void noticesShouldBeForTheirVisitorOnly() {
		ChannelHandle notices = this.visitors.notices("Ada").block();
		assertThat(notices).isNotNull();
		this.comet.asUser("Ada").subscribe(notices);
		this.comet.asUser("Bea").expectRefused(Reason.FORBIDDEN, notices.channel());
		this.comet.expectRefused(Reason.LOGIN, notices.channel());
	}

	@Test
	void announcementsShouldBeForThoseWhoAreLoggedIn() {
		this.comet.asUser("Bea").subscribe(AuctionHouse.ANNOUNCEMENTS);
		this.comet.withBasicAuth("Ada", "comet").expectRefused(Reason.LOGIN, AuctionHouse.ANNOUNCEMENTS);
	}

}
