package example

import io.github.cometspring.autoconfigure.CometAutoConfiguration
import io.github.cometspring.autoconfigure.CometPublishAutoConfiguration
import io.github.cometspring.autoconfigure.CometTypedAutoConfiguration
import io.github.cometspring.channel.ChannelSettings
import io.github.cometspring.channel.Channels
import io.github.cometspring.channel.Cursor
import io.github.cometspring.kotlin.*
import io.github.cometspring.publish.CometPublish
import io.github.cometspring.typed.BindOptions
import io.github.cometspring.typed.TypedChannels
import java.nio.file.Path
import java.util.function.Supplier
import kotlin.io.path.readText
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
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

/** The extensions as an application in Kotlin uses them, with the beans of the starter. */
class KotlinExtensionsTests {

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
		.withBean(FlowShop::class.java, Supplier { FlowShop() })

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
	fun settingsShouldBeThoseOfTheCall() = test { context ->
		val channel = context.channels.obtainAndAwait("a", ChannelSettings.DEFAULT.withHistorySize(1))
		channel.publishAndAwait("1")
		channel.publishAndAwait("2")
		assertThat(channel.flow(Cursor.EARLIEST).first().data()).isEqualTo("2")
	}

	@Test
	fun flowShouldHaveMessages() = test { context ->
		val channel = context.channels.createAndAwait("a")
		assertThat(channel.publishAndAwait("1").offset()).isEqualTo(1)
		assertThat(channel.deliverAndAwait("2").delivered()).isZero()
		assertThat(channel.handleAndAwait().channel()).isEqualTo("a")
		assertThat(channel.flow(Cursor.EARLIEST).map { it.data() }.first()).isEqualTo("1")
	}

	@Test
	fun flowShouldEndWithTheChannel() = test { context ->
		val channel = context.channels.createAndAwait("a")
		channel.publishAndAwait("1")
		coroutineScope {
			val messages = async { channel.flow(Cursor.EARLIEST).map { it.data() }.toList() }
			channel.closeAndAwait()
			assertThat(messages.await()).containsExactly("1")
		}
	}

	@Test
	fun typedShouldKeepGenericTypes() = test { context ->
		val channel = context.typed.typed<List<Bid>>("a")
		channel.publishAndAwait(listOf(Bid("ada", 1)))
		assertThat(channel.deliverAndAwait(listOf(Bid("bea", 2))).position().offset()).isEqualTo(2)
		assertThat(channel.flow(Cursor.EARLIEST).first()).containsExactly(Bid("ada", 1))
		assertThat(context.typed.typedOrNull<List<Bid>>("a")).isEqualTo(channel)
		assertThat(context.typed.typedOrNull<Bid>("b")).isNull()
		channel.closeAndAwait()
		assertThat(context.typed.typedOrNull<List<Bid>>("a")).isNull()
	}

	@Test
	fun boundFlowShouldBePublishedAndEndTheChannel() = test { context ->
		val channel = context.typed.typed<Int>("a")
		val values = channel.channel().cursor().block()!!
		channel.bindAndAwait(flowOf(1, 2, 3), BindOptions.autoConnect(0))
		assertThat(channel.flow(values).toList()).containsExactly(1, 2, 3)
		assertThat(context.typed.typedOrNull<Int>("a")).isNull()
	}

	@Test
	fun errorOfBoundFlowShouldBeThrown() = test { context ->
		val channel = context.typed.typed<Int>("a")
		val source = flow {
			emit(1)
			error("on purpose")
		}
		assertThat(runCatching { channel.bindAndAwait(source) }.exceptionOrNull()).hasMessage("on purpose")
		assertThat(channel.flow(Cursor.EARLIEST).first()).isEqualTo(1)
	}

	@Test
	fun documentedFunctionsShouldWork() = test { context ->
		bid(context.typed, "clock", Bid("ada", 99))
		assertThat(bids(context.typed, "clock").first()).isEqualTo(Bid("ada", 99))
		assertThat(headline(context.channels, "Hello").position().offset()).isEqualTo(1)
	}

	@Test
	fun documentShouldPrintFunctionsThatAreCompiledHere() {
		val compiled = Path.of("src/test/kotlin/example/Documented.kt").readText()
		val blocks = Regex("(?s)```kotlin\\n(.*?)```").findAll(Path.of("../docs/channels.md").readText()).toList()
		assertThat(blocks).isNotEmpty()
		blocks.forEach { assertThat(compiled).contains(it.groupValues[1].trim()) }
	}

	@Test
	fun suspendingFunctionAndFlowShouldBePublished() = test { context ->
		assertThat(context.getBean(Shop::class.java).place("ada")).isEqualTo(Bid("ada", 7))
		assertThat(context.typed.typed<Bid>("bids/ada").flow(Cursor.EARLIEST).first()).isEqualTo(Bid("ada", 7))
		assertThat(context.getBean(FlowShop::class.java).all().toList()).hasSize(2)
		assertThat(context.typed.typed<Bid>("all/2").flow(Cursor.EARLIEST).first()).isEqualTo(Bid("bea", 2))
	}

	/** The compiler cannot take the version from the versions that Spring Boot manages, as the library does. */
	@Test
	fun compilerShouldBeOfTheVersionThatSpringBootManages() {
		assertThat(Path.of("../pom.xml").readText()).contains("<kotlin.version>${KotlinVersion.CURRENT}</kotlin.version>")
	}

	open class FlowShop {

		@CometPublish("all/{#result.amount}")
		open fun all(): Flow<Bid> = flowOf(Bid("ada", 1), Bid("bea", 2))

	}

}
