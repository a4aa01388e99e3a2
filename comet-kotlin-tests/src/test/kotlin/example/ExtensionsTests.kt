package io.github.cometspring.kotlin

import io.github.cometspring.autoconfigure.CometAutoConfiguration
import io.github.cometspring.autoconfigure.CometPublishAutoConfiguration
import io.github.cometspring.autoconfigure.CometTypedAutoConfiguration
import io.github.cometspring.channel.ChannelSettings
import io.github.cometspring.channel.Channels
import io.github.cometspring.channel.Cursor
import io.github.cometspring.publish.CometPublish
import io.github.cometspring.typed.TypedChannels
import java.nio.file.Path
import java.util.function.Supplier
import kotlin.io.path.readText
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.boot.autoconfigure.AutoConfigurations
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration
import org.springframework.boot.test.context.runner.ApplicationContextRunner
import org.springframework.context.ApplicationContext

class ExtensionsTests {

	private val runner = ApplicationContextRunner()
		.withConfiguration(
			AutoConfigurations.of(
				CometAutoConfiguration::class.java,
				CometTypedAutoConfiguration::class.java,
				CometPublishAutoConfiguration::class.java,
				JacksonAutoConfiguration::class.java
			)
		)
		.withBean(Shop::class.java, Supplier { Shop() })

	private fun test(block: suspend (ApplicationContext) -> Unit) {
		runner.run { context -> runBlocking { withTimeout(10_000) { block(context) } } }
	}

	private val ApplicationContext.channels: Channels get() = getBean(Channels::class.java)

	private val ApplicationContext.typed: TypedChannels get() = getBean(TypedChannels::class.java)

	@Test
	fun channelsShouldBeCreatedObtainedAndFound() = test { context ->
		val channels = context.channels
		val created = channels.createAndAwait("a", ChannelSettings.DEFAULT.withHistorySize(1))
		assertThat(channels.obtainAndAwait("a")).isEqualTo(created)
		assertThat(channels.findOrNull("a")).isEqualTo(created)
		assertThat(channels.findOrNull("b")).isNull()
		assertThat(channels.createAndAwait().id()).hasSize(24)
		created.closeAndAwait()
		assertThat(channels.findOrNull("a")).isNull()
	}

	@Test
	fun flowShouldHaveMessagesAndEndWithTheChannel() = test { context ->
		val channel = context.channels.createAndAwait("a")
		assertThat(channel.publishAndAwait("1").offset()).isEqualTo(1)
		assertThat(channel.deliverAndAwait("2").delivered()).isZero()
		assertThat(channel.handleAndAwait().channel()).isEqualTo("a")
		val messages = channel.flow(Cursor.EARLIEST).map { it.data() }
		assertThat(messages.first()).isEqualTo("1")
		val bound = context.typed.typed<Int>("b")
		bound.bindAndAwait(flowOf(1, 2, 3))
		assertThat(bound.flow(Cursor.EARLIEST).toList()).containsExactly(1, 2, 3)
	}

	@Test
	fun typedShouldKeepGenericTypes() = test { context ->
		val channel = context.typed.typed<List<Bid>>("a")
		channel.publishAndAwait(listOf(Bid("ada", 1)))
		assertThat(channel.flow(Cursor.EARLIEST).first()).containsExactly(Bid("ada", 1))
		assertThat(context.typed.typedOrNull<List<Bid>>("a")).isEqualTo(channel)
		assertThat(context.typed.typedOrNull<Bid>("b")).isNull()
	}

	@Test
	fun documentedFunctionsShouldWork() = test { context ->
		bid(context.typed, "clock", Bid("ada", 99))
		bid(context.typed, "clock", Bid("bea", 101))
		assertThat(highest(context.typed, "clock")).isEqualTo(Bid("bea", 101))
		assertThat(headline(context.channels, "Hello").position().offset()).isEqualTo(1)
	}

	@Test
	fun documentShouldPrintFunctionsThatAreCompiledHere() {
		val compiled = Path.of("src/test/kotlin/io/github/cometspring/kotlin/Documented.kt").readText()
		val blocks = Regex("(?s)```kotlin\\n(.*?)```").findAll(Path.of("../docs/channels.md").readText()).toList()
		assertThat(blocks).isNotEmpty()
		blocks.forEach { assertThat(compiled).contains(it.groupValues[1].trim()) }
	}

	@Test
	fun suspendingFunctionAndFlowShouldBePublished() = test { context ->
		val shop = context.getBean(Shop::class.java)
		assertThat(shop.place("ada")).isEqualTo(Bid("ada", 7))
		assertThat(context.typed.typed<Bid>("bids/ada").flow(Cursor.EARLIEST).first()).isEqualTo(Bid("ada", 7))
		assertThat(shop.all().toList()).hasSize(2)
		assertThat(context.typed.typed<Bid>("all/2").flow(Cursor.EARLIEST).first()).isEqualTo(Bid("bea", 2))
	}

	open class Shop {

		@CometPublish("bids/{#user}")
		open suspend fun place(user: String): Bid = Bid(user, 7)

		@CometPublish("all/{#result.amount}")
		open fun all(): Flow<Bid> = flowOf(Bid("ada", 1), Bid("bea", 2))

	}

}
