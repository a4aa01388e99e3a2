package example

import io.github.cometspring.channel.Channels
import io.github.cometspring.channel.Cursor
import io.github.cometspring.channel.Outcome
import io.github.cometspring.channel.Position
import io.github.cometspring.kotlin.*
import io.github.cometspring.publish.CometPublish
import io.github.cometspring.typed.TypedChannels
import kotlinx.coroutines.flow.Flow

// What docs/channels.md prints

data class Bid(val by: String, val amount: Int)

suspend fun bid(channels: TypedChannels, item: String, bid: Bid): Position =
	channels.typed<Bid>("items/$item").publishAndAwait(bid)

suspend fun bids(channels: TypedChannels, item: String): Flow<Bid> =
	channels.typed<Bid>("items/$item").flow(Cursor.EARLIEST)

suspend fun headline(channels: Channels, text: String): Outcome =
	channels.obtainAndAwait("headlines").deliverAndAwait(text)

open class Shop {

	@CometPublish("bids/{#user}")
	open suspend fun place(user: String): Bid = Bid(user, 7)

}
