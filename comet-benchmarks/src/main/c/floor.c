/*
 * floor - what a push server costs at least on this machine.
 *
 * One thread and one epoll set. It answers long polls, event streams and WebSockets with bytes that a publication has
 * made once, and does nothing else: no security, no limits, no timeouts, no heartbeats. So its CPU time is that of the
 * kernel and of a few instructions for each client.
 *
 *   gcc -O2 -o floor floor.c
 *   floor PORT --each    writes each message to each client at once: one send for each
 *   floor PORT --pump    writes to each stream all that it lacks in one send; requests are read after every 64 clients
 *
 *   GET  /lp/<channel>/<position>    the next message after a position; X-Pos in the answer is the next position
 *   GET  /sse/<channel>, /ws/<channel>
 *   POST /pub/<channel>              publishes the body
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define HISTORY 64              /* answers to polls that a channel keeps */
#define LOG_SIZE (2u << 20)     /* bytes that streams may lack, for each dialect of a channel */
#define SLICE 64                /* clients between two looks at the sockets */
#define TABLE 65536             /* slots for channels, a power of two */
#define EVENTS 512
#define LARGEST 65536           /* bytes of a request */

enum state { IDLE, WAITING, STREAMING, CLOSED };
enum dialect { EVENTS_DIALECT, SOCKETS_DIALECT, DIALECTS };

/* A list of clients, each of which knows its place in it. */
struct crowd {
    struct client **clients;
    uint32_t count, room;
};

/* The bytes for the streams of one dialect. Offsets count from the first byte that there was. */
struct log {
    char *bytes;
    uint64_t begin, end;
};

struct answer {
    char *bytes;
    int length;
};

/* The streams of a channel in one dialect, and how many still have to be visited since the last publication. */
struct feed {
    struct crowd crowd;
    struct log log;
    uint32_t next, unvisited;
    struct feed *later;         /* the next feed with clients to visit */
    int queued;
};

struct channel {
    char name[24];
    uint64_t position;
    struct crowd polls;
    struct answer history[HISTORY];
    struct feed feeds[DIALECTS];
};

struct client {
    int fd;
    enum state state;
    struct crowd *crowd;
    uint32_t place;             /* in its crowd */
    uint8_t watches_writes;
    struct feed *feed;
    uint64_t offset;            /* --pump: the next byte of the log that it lacks */
    char *in;                   /* the beginning of a request */
    char *out;                  /* bytes that the socket did not take */
    int in_length, out_length;
    struct client *next_closed;
};

static struct channel *table[TABLE];
static struct feed *first_due, *last_due;
static struct client *closed;   /* freed when no event of this turn can name them */
static int poller, pump;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *checked(void *memory) {
    if (!memory) fail("memory");
    return memory;
}

/* ------------------------------------------------------------------------------------------------------- clients */

static void enter(struct crowd *crowd, struct client *client) {
    if (crowd->count == crowd->room) {
        crowd->room = crowd->room ? 2 * crowd->room : 4;
        crowd->clients = checked(realloc(crowd->clients, crowd->room * sizeof *crowd->clients));
    }
    client->crowd = crowd;
    client->place = crowd->count;
    crowd->clients[crowd->count++] = client;
}

static void leave(struct client *client) {
    struct crowd *crowd = client->crowd;
    if (!crowd) return;
    struct client *last = crowd->clients[--crowd->count];
    crowd->clients[client->place] = last;
    last->place = client->place;
    client->crowd = NULL;
}

static void close_client(struct client *client) {
    if (client->state == CLOSED) return;
    leave(client);
    client->state = CLOSED;
    close(client->fd);
    client->next_closed = closed;
    closed = client;
}

static void free_closed(void) {
    while (closed) {
        struct client *client = closed;
        closed = client->next_closed;
        free(client->in);
        free(client->out);
        free(client);
    }
}

static void watch_writes(struct client *client, int on) {
    if (client->watches_writes == on) return;
    client->watches_writes = on;
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | (on ? EPOLLOUT : 0), .data.ptr = client };
    epoll_ctl(poller, EPOLL_CTL_MOD, client->fd, &event);
}

/* Returns how many bytes the socket has taken, or -1 if the client is gone. */
static int offer(struct client *client, const char *bytes, int length) {
    ssize_t taken = send(client->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken >= 0) return taken;
    if (errno == EAGAIN) return 0;
    close_client(client);
    return -1;
}

/* Keeps what the socket does not take. */
static void write_bytes(struct client *client, const char *bytes, int length) {
    int taken = client->out_length ? 0 : offer(client, bytes, length);
    if (taken < 0 || taken == length) return;
    client->out = checked(realloc(client->out, client->out_length + length - taken));
    memcpy(client->out + client->out_length, bytes + taken, length - taken);
    client->out_length += length - taken;
    watch_writes(client, 1);
}

/* --pump: writes all that a stream lacks. */
static void catch_up(struct client *client) {
    struct log *log = &client->feed->log;
    if (client->offset < log->begin) {
        close_client(client);
        return;
    }
    int length = log->end - client->offset;
    if (client->out_length || !length) return;
    int taken = offer(client, log->bytes + (client->offset - log->begin), length);
    if (taken < 0) return;
    client->offset += taken;
    watch_writes(client, taken < length);
}

static void on_writable(struct client *client) {
    if (client->out_length) {
        int taken = offer(client, client->out, client->out_length);
        if (taken < 0) return;
        client->out_length -= taken;
        memmove(client->out, client->out + taken, client->out_length);
        if (client->out_length) return;
        free(client->out);
        client->out = NULL;
    }
    watch_writes(client, 0);
    if (pump && client->state == STREAMING) catch_up(client);
}

/* ------------------------------------------------------------------------------------------------------ channels */

static struct channel *channel_of(const char *name, int length) {
    if (length >= (int)sizeof table[0]->name) length = sizeof table[0]->name - 1;
    uint32_t slot = 2166136261u;
    for (int i = 0; i < length; i++) slot = (slot ^ (uint8_t)name[i]) * 16777619u;
    slot &= TABLE - 1;
    for (int tries = 0; tries < TABLE; tries++, slot = (slot + 1) & (TABLE - 1)) {
        if (!table[slot]) {
            table[slot] = checked(calloc(1, sizeof *table[slot]));
            memcpy(table[slot]->name, name, length);
            return table[slot];
        }
        if (!strncmp(table[slot]->name, name, length) && !table[slot]->name[length]) return table[slot];
    }
    fprintf(stderr, "floor: more than %d channels\n", TABLE);
    exit(1);
}

static void append(struct log *log, const char *bytes, int length) {
    uint32_t used = log->end - log->begin;
    if (!log->bytes) log->bytes = checked(malloc(LOG_SIZE));
    if (used + length > LOG_SIZE) { /* The older half goes */
        memmove(log->bytes, log->bytes + used / 2, used - used / 2);
        log->begin += used / 2;
        used -= used / 2;
    }
    memcpy(log->bytes + used, bytes, length);
    log->end += length;
}

static void publish_to(struct feed *feed, const char *bytes, int length) {
    if (!pump) {
        for (uint32_t i = feed->crowd.count; i-- > 0;) write_bytes(feed->crowd.clients[i], bytes, length);
        return;
    }
    append(&feed->log, bytes, length);
    feed->unvisited = feed->crowd.count; /* Once around, from the client whose turn it is */
    if (feed->queued) return;
    feed->queued = 1;
    feed->later = NULL;
    if (last_due) last_due->later = feed; else first_due = feed;
    last_due = feed;
}

/* --pump: visits some clients. Returns whether others are left. */
static int visit(void) {
    struct feed *feed = first_due;
    if (!feed) return 0;
    for (int i = 0; i < SLICE && feed->unvisited && feed->crowd.count; i++, feed->unvisited--) {
        if (feed->next >= feed->crowd.count) feed->next = 0;
        struct client *client = feed->crowd.clients[feed->next];
        catch_up(client);
        if (client->state != CLOSED) feed->next++; /* Otherwise the last one has its place */
    }
    if (!feed->unvisited || !feed->crowd.count) {
        feed->queued = 0;
        first_due = feed->later;
        if (!first_due) last_due = NULL;
    }
    return first_due != NULL;
}

/* Messages have a position of 22 digits, as long as a cursor, with which a client would go on. */
static void publish(struct channel *channel, const char *data, int length) {
    static char bytes[LARGEST + 512];
    uint64_t position = ++channel->position;
    int size = sprintf(bytes, "HTTP/1.1 200 OK\r\nContent-Type: text/plain;charset=UTF-8\r\nCache-Control: no-store\r\n"
            "X-Content-Type-Options: nosniff\r\nX-Pos: %llu\r\nContent-Length: %d\r\n\r\n", (unsigned long long)position, length);
    struct answer *answer = &channel->history[position % HISTORY];
    answer->bytes = checked(realloc(answer->bytes, size + length));
    answer->length = size + length;
    memcpy(answer->bytes, bytes, size);
    memcpy(answer->bytes + size, data, length);
    while (channel->polls.count) {
        struct client *client = channel->polls.clients[channel->polls.count - 1];
        leave(client);
        client->state = IDLE;
        write_bytes(client, answer->bytes, answer->length);
    }
    char head[80];
    if (channel->feeds[EVENTS_DIALECT].crowd.count) {
        int before = sprintf(head, "id: %022llu\ndata: ", (unsigned long long)position);
        size = sprintf(bytes, "%x\r\n%s", before + length + 2, head);
        memcpy(bytes + size, data, length);
        memcpy(bytes + size + length, "\n\n\r\n", 4);
        publish_to(&channel->feeds[EVENTS_DIALECT], bytes, size + length + 4);
    }
    if (channel->feeds[SOCKETS_DIALECT].crowd.count) {
        int before = sprintf(head, "{\"cursor\":\"%022llu\",\"data\":\"", (unsigned long long)position);
        int text = before + length + 2;
        size = 0;
        bytes[size++] = (char)0x81;
        if (text < 126) {
            bytes[size++] = text;
        } else {
            bytes[size++] = 126;
            bytes[size++] = text >> 8;
            bytes[size++] = text;
        }
        memcpy(bytes + size, head, before);
        memcpy(bytes + size + before, data, length);
        memcpy(bytes + size + before + length, "\"}", 2);
        publish_to(&channel->feeds[SOCKETS_DIALECT], bytes, size + text);
    }
}

/* ------------------------------------------------------------------------------------------------------ requests */

static void write_text(struct client *client, const char *text) {
    write_bytes(client, text, strlen(text));
}

static void poll_channel(struct client *client, struct channel *channel, const char *after) {
    uint64_t position = strtoull(after, NULL, 10);
    if (position && position < channel->position) {
        uint64_t next = channel->position - position < HISTORY ? position + 1 : channel->position;
        write_bytes(client, channel->history[next % HISTORY].bytes, channel->history[next % HISTORY].length);
        return;
    }
    client->state = WAITING;
    enter(&channel->polls, client);
}

static void stream_channel(struct client *client, struct channel *channel, enum dialect dialect) {
    /* The load generator has one key for all WebSockets, so the answer to it is known */
    write_text(client, dialect == EVENTS_DIALECT
            ? "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n"
            : "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: HSmrc0sMlYUkAGmm5OPpG2HaGWk=\r\n\r\n");
    if (client->state == CLOSED) return;
    client->state = STREAMING;
    client->feed = &channel->feeds[dialect];
    client->offset = client->feed->log.end;
    enter(&client->feed->crowd, client);
}

/* Returns how many bytes the request has, or 0 if it is not complete. The bytes end with a zero. */
static int answer_request(struct client *client, const char *bytes, int length) {
    const char *end = strstr(bytes, "\r\n\r\n");
    if (!end) return 0;
    int head = end + 4 - bytes, body = 0;
    const char *path = strchr(bytes, ' ');
    if (bytes[0] == 'P') {
        const char *header = strcasestr(bytes, "\r\ncontent-length:");
        if (header && header < end) body = atoi(header + 17);
        if (body < 0 || head + body >= LARGEST) {
            close_client(client);
            return length;
        }
        if (head + body > length) return 0;
    }
    const char *name = path && path[1] == '/' ? strchr(path + 2, '/') : NULL;
    if (!name || name > end) {
        write_text(client, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        return head + body;
    }
    name++;
    int size = strcspn(name, "/ ");
    struct channel *channel = channel_of(name, size);
    switch (path[2]) {
    case 'l': poll_channel(client, channel, name + size + (name[size] == '/')); break;
    case 's': stream_channel(client, channel, EVENTS_DIALECT); break;
    case 'w': stream_channel(client, channel, SOCKETS_DIALECT); break;
    default:
        write_text(client, "HTTP/1.1 204 No Content\r\n\r\n");
        publish(channel, bytes + head, body);
    }
    return head + body;
}

static void on_readable(struct client *client) {
    static char bytes[2 * LARGEST + 1];
    int have = client->in_length, used = 0;
    if (have) memcpy(bytes, client->in, have);
    ssize_t got = recv(client->fd, bytes + have, LARGEST, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) close_client(client);
    if (got <= 0 || client->state == STREAMING) return; /* What streams say is of no interest */
    have += got;
    bytes[have] = 0;
    while (used < have && client->state == IDLE) {
        int taken = answer_request(client, bytes + used, have - used);
        if (!taken) break;
        used += taken;
    }
    if (client->state == CLOSED) return;
    free(client->in);
    client->in = NULL;
    client->in_length = have - used;
    if (client->in_length >= LARGEST) {
        close_client(client);
    } else if (client->in_length) {
        client->in = checked(malloc(client->in_length));
        memcpy(client->in, bytes + used, client->in_length);
    }
}

static void accept_clients(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        struct client *client = checked(calloc(1, sizeof *client));
        client->fd = fd;
        struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = client };
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* Accepted sockets inherit it */
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) fail("listen");
    return fd;
}

int main(int count, char **arguments) {
    if (count != 3 || (strcmp(arguments[2], "--each") && strcmp(arguments[2], "--pump"))) {
        fprintf(stderr, "usage: floor PORT --each|--pump\n");
        return 2;
    }
    pump = !strcmp(arguments[2], "--pump");
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on(atoi(arguments[1])), busy = 0;
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL }, events[EVENTS];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poller, events, EVENTS, busy ? 0 : -1);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (!client) {
                accept_clients(listener);
                continue;
            }
            if (client->state != CLOSED && events[i].events & EPOLLOUT) on_writable(client);
            if (client->state != CLOSED && events[i].events & ~EPOLLOUT) on_readable(client);
        }
        busy = pump && visit();
        free_closed();
    }
}
