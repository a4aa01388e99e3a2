// A push server as users of Bun write it: the routes of Bun.serve, a promise for each poll, a stream for each client
// of events, and the topics of Bun's WebSockets, which are those of uWebSockets.
// bun bun-server.js <port>

const encoder = new TextEncoder()

class Topic {
  streams = new Set()
  polls = []
  newest = 0
  text = ''

  poll(after) {
    if (after > 0 && after < this.newest) {
      return this.answer()
    }
    return new Promise((resolve) => this.polls.push(resolve))
  }

  answer() {
    return new Response(this.text, {
      headers: { 'Content-Type': 'text/plain;charset=UTF-8', 'Cache-Control': 'no-store', 'X-Pos': String(this.newest) },
    })
  }

  stream() {
    let client
    const body = new ReadableStream({
      start: (controller) => {
        client = controller
        this.streams.add(client)
        // Bun sends the head with the first bytes
        client.enqueue(encoder.encode(': open\n\n'))
      },
      cancel: () => this.streams.delete(client),
    })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } })
  }

  publish(text) {
    this.newest++
    this.text = text
    const waiting = this.polls
    this.polls = []
    for (const resolve of waiting) {
      resolve(this.answer())
    }
    const event = encoder.encode(`id: ${this.newest}\ndata: ${text}\n\n`)
    for (const client of this.streams) {
      client.enqueue(event)
    }
  }
}

const topics = new Map()

function topic(name) {
  let found = topics.get(name)
  if (!found) {
    found = new Topic()
    topics.set(name, found)
  }
  return found
}

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  // Otherwise a silent connection ends after ten seconds
  idleTimeout: 0,
  routes: {
    '/lp/:channel/': (request) => topic(request.params.channel).poll(0),
    '/lp/:channel/:after': (request) => topic(request.params.channel).poll(Number(request.params.after)),
    '/sse/:channel': (request) => topic(request.params.channel).stream(),
    '/ws/:channel': (request) => {
      if (!server.upgrade(request, { data: { channel: request.params.channel } })) {
        return new Response('Not a WebSocket', { status: 400 })
      }
    },
    '/pub/:channel': {
      POST: async (request) => {
        const name = request.params.channel
        const text = await request.text()
        const channel = topic(name)
        channel.publish(text)
        server.publish(name, `{"cursor":"${channel.newest}","data":"${text}"}`)
        return new Response(null, { status: 204 })
      },
    },
  },
  fetch: () => new Response('Not found', { status: 404 }),
  websocket: {
    idleTimeout: 0,
    open(socket) {
      socket.subscribe(socket.data.channel)
    },
    message() {
      // Clients only listen
    },
  },
})
