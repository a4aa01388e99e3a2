/*
 * pushbench - load generator for HTTP push servers (long poll, SSE, WebSocket).
 *
 * One thread, one epoll set: subscribers and publishers.  Linux, C11, no
 * dependencies.  See README.md next to this file for the commands.
 *
 *   gcc -O2 -o pushbench pushbench.c
 *
 * What is sent is described by a "target" file (see load_target()), what is
 * counted is a marker inside the payload: _PB_<seq:10>_<send ns:19>_ whose
 * characters survive JSON, SSE, and percent-encoding unchanged.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef uint64_t u64;
typedef uint32_t u32;

static void die(const char *f, ...) {
    va_list a; va_start(a, f); fprintf(stderr, "pushbench: "); vfprintf(stderr, f, a); va_end(a);
    fputc('\n', stderr); exit(1);
}
static void *xm(size_t n) { void *p = calloc(1, n ? n : 1); if (!p) die("out of memory"); return p; }
static u64 now_ns(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (u64)t.tv_sec * 1000000000ull + t.tv_nsec; }

/* ------------------------------------------------------------------ options */
enum mode { M_LPFAN, M_LPPAIRS, M_SSE, M_WS, M_END };
static enum mode mode;
static const char *mode_name = "";
static int N = 100;                  /* subscribers */
static long K = 1000, warm = 0;      /* measured and warm-up messages */
static int reps = 1;                 /* measured phases, one RESULT line each */
static int B = 100;                  /* payload bytes */
static double rate = 0;              /* messages/s; 0 = closed loop */
static int window = 1;               /* closed loop: publish while fewer than window*N deliveries are outstanding */
static int rounds = 0;               /* closed loop: publish only when every delivery has arrived */
static int npub = 1;                 /* publisher connections */
static int settle_us = 0;            /* closed loop: wait this long before each publish */
static double limit_s = 40;          /* limit of the measured phase */
static double stall_s = 3;           /* no delivery for this long => the message is lost, go on */
static double hold_s = 10;           /* idle mode */
static double drain_s = 2;           /* after the last publish, wait at most this long */
static int cpu = -1;
static int nsrc = 8;                 /* loopback source addresses 127.0.0.1.. */
static int ramp = 128;               /* connections being opened at a time */
static double ready_s = 0.5;         /* wait after the last connection is up */
static const char *hook = NULL;      /* idle: shell command run before opening and after holding */
static const char *label = "";
static const char *host = "127.0.0.1";
static int port = 8080;
static int pids[64], npids = 0;
static int verbose = 0;
static int idle = 0;                 /* hold polls or streams, publish nothing */
static const char *first_h1 = NULL;  /* {h1} before a response header has been kept */
static const char *awaited = NULL;   /* idle: a client is up when it has received this text */

/* ---------------------------------------------------------------- templates */
enum { V_LIT, V_CH, V_I, V_C1, V_C2, V_H1, V_H2, V_LEN, V_PAYLOAD, V_BODY };
struct seg { int kind; const char *p; int n; int cond; /* segments belonging to one conditional line share cond>0 */ };
struct tmpl { struct seg head[96]; int nh; struct seg body[32]; int nb; int present; };
static struct tmpl t_setup[4], t_sub, t_pub, t_pubsetup[2];
static int nsetup, npubsetup;
static struct { char *pre; char *end; } cap[2];
static char *hdr[2]; static int hdrlen[2];
static char *ws_init[4]; static int n_ws_init;
static int eio_ping = 0;             /* Engine.IO: answer text "2" by "3" */
static int recapture = 0;            /* capture from each answer, not only in the setup */

static int add_segs(struct seg *s, int max, const char *t, int n, int cond, int cnt) {
    int i = 0, lit = 0;
    while (i < n) {
        static const struct { const char *k; int v; } ks[] = {
            {"{ch}", V_CH}, {"{i}", V_I}, {"{c1}", V_C1}, {"{c2}", V_C2}, {"{h1}", V_H1}, {"{h2}", V_H2},
            {"{len}", V_LEN}, {"{payload}", V_PAYLOAD} };
        int hit = -1;
        if (t[i] == '{') for (unsigned k = 0; k < sizeof ks / sizeof *ks; k++) {
            int l = strlen(ks[k].k); if (i + l <= n && !memcmp(t + i, ks[k].k, l)) { hit = k; break; } }
        if (hit < 0) { i++; continue; }
        if (cnt + 2 > max) die("template too long");
        if (i > lit) s[cnt++] = (struct seg){V_LIT, t + lit, i - lit, cond};
        s[cnt++] = (struct seg){ks[hit].v, NULL, 0, cond};
        i += strlen(ks[hit].k); lit = i;
    }
    if (cnt + 1 > max) die("template too long");
    if (n > lit) s[cnt++] = (struct seg){V_LIT, t + lit, n - lit, cond};
    return cnt;
}

static void compile(struct tmpl *t, char *text) {
    memset(t, 0, sizeof *t); t->present = 1;
    int cond = 0; char *p = text;
    for (;;) {
        char *e = strchr(p, '\n'); int n = e ? e - p : (int)strlen(p);
        if (n == 0 || !e) { if (n) { char *l = xm(n + 3); memcpy(l, p, n); strcpy(l + n, "\r\n"); t->nh = add_segs(t->head, 96, l, n + 2, 0, t->nh); }
            t->nh = add_segs(t->head, 96, "\r\n", 2, 0, t->nh); p = e ? e + 1 : p + n; break; }
        char *l = xm(n + 3); int c = 0, o = 0;
        if (p[0] == '?') { c = ++cond; o = 1; }
        memcpy(l, p + o, n - o); strcpy(l + n - o, "\r\n");
        t->nh = add_segs(t->head, 96, l, n - o + 2, c, t->nh);
        p = e + 1;
    }
    int n = strlen(p); while (n && (p[n - 1] == '\n')) n--;
    t->nb = add_segs(t->body, 32, p, n, 0, 0);
}

/* -------------------------------------------------------------- connections */
enum st { S_IDLE, S_CONN, S_SETUP, S_POLL, S_STREAM, S_DEAD };
struct conn {
    int fd; enum st st; int idx; int step; int pub; int busy;
    char *in; int inlen, incap;      /* partial input */
    char *out; int outlen, outoff;   /* unsent output (rare) */
    char c[2][96]; char h[2][80];
    long lastmsg; u64 opened;   /* when the connection was begun */
    int up;                     /* the text that is awaited has come */
};
static struct conn *subs, *pubs;
static int ep;

/* ---------------------------------------------------------------- counters */
static long published, phase_first, phase_last; /* messages [phase_first, phase_last) are being published */
static u64 delivered, dups, reorder, bad_status, empties, foreign, deaths, pub_errs;
static u64 measured_delivered, phase_delivered;
static uint8_t *seen; static long total_msgs;
static int measuring;
static u64 last_progress;
static int nready, npolling, nup;
static u64 t_first_pub, t_last_del;

#define HSUB 64
static u64 hist[64 * HSUB]; static u64 hmax;
static void h_add(u64 v) {
    if (v > hmax) hmax = v;
    int idx; if (v < HSUB) idx = v; else { int b = 63 - __builtin_clzll(v); idx = (b - 5) * HSUB + ((v >> (b - 6)) & (HSUB - 1)); }
    hist[idx]++;
}
static u64 h_val(int idx) { if (idx < HSUB) return idx; int b = idx / HSUB + 5; u64 sub = idx % HSUB; return ((u64)(HSUB + sub)) << (b - 6); }
static u64 h_pct(double p) {
    u64 tot = 0; for (int i = 0; i < 64 * HSUB; i++) tot += hist[i];
    u64 want = (u64)(tot * p), acc = 0; if (!tot) return 0;
    for (int i = 0; i < 64 * HSUB; i++) { acc += hist[i]; if (acc > want) return h_val(i); }
    return hmax;
}

/* server cpu / memory */
static u64 srv_cpu_us(void) {
    u64 s = 0; for (int i = 0; i < npids; i++) {
        char f[64], b[1024]; snprintf(f, sizeof f, "/proc/%d/stat", pids[i]);
        int fd = open(f, O_RDONLY); if (fd < 0) continue; int n = read(fd, b, sizeof b - 1); close(fd); if (n <= 0) continue; b[n] = 0;
        char *p = strrchr(b, ')'); unsigned long ut, stm; if (p && sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ut, &stm) == 2)
            s += (u64)(ut + stm) * (1000000 / sysconf(_SC_CLK_TCK));
    } return s;
}
static u64 srv_sys_us(void) {
    u64 s = 0; for (int i = 0; i < npids; i++) {
        char f[64], b[1024]; snprintf(f, sizeof f, "/proc/%d/stat", pids[i]);
        int fd = open(f, O_RDONLY); if (fd < 0) continue; int n = read(fd, b, sizeof b - 1); close(fd); if (n <= 0) continue; b[n] = 0;
        char *p = strrchr(b, ')'); unsigned long ut, stm; if (p && sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ut, &stm) == 2)
            s += (u64)stm * (1000000 / sysconf(_SC_CLK_TCK));
    } return s;
}
static long srv_rss_kb(void) {
    long s = 0; for (int i = 0; i < npids; i++) {
        char f[64], b[4096]; snprintf(f, sizeof f, "/proc/%d/status", pids[i]);
        int fd = open(f, O_RDONLY); if (fd < 0) continue; int n = read(fd, b, sizeof b - 1); close(fd); if (n <= 0) continue; b[n] = 0;
        char *p = strstr(b, "VmRSS:"); if (p) s += atol(p + 6);
    } return s;
}
static u64 self_cpu_us(void) { struct rusage r; getrusage(RUSAGE_SELF, &r);
    return (u64)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000ull + r.ru_utime.tv_usec + r.ru_stime.tv_usec; }

/* ------------------------------------------------------------------- output */
static struct sockaddr_in dst;
static void conn_open(struct conn *c);
static void set_events(struct conn *c, int out) {
    struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET | (out ? EPOLLOUT : 0), .data.ptr = c };
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}
static void conn_dead(struct conn *c, const char *why) {
    if (c->st == S_DEAD) return;
    if (verbose) fprintf(stderr, "conn %d dead (%s) in state %d\n", c->idx, why, c->st);
    if (c->st == S_POLL || c->st == S_STREAM) npolling -= !c->pub;
    close(c->fd); c->fd = -1; c->st = S_DEAD; deaths++;
}
static void conn_send(struct conn *c, const char *b, int n) {
    if (c->outlen) { c->out = realloc(c->out, c->outlen + n); memcpy(c->out + c->outlen, b, n); c->outlen += n; return; }
    ssize_t w = send(c->fd, b, n, MSG_NOSIGNAL);
    if (w == n) return;
    if (w < 0) { if (errno != EAGAIN) { conn_dead(c, strerror(errno)); return; } w = 0; }
    c->out = malloc(n - w); memcpy(c->out, b + w, n - w); c->outlen = n - w; c->outoff = 0; set_events(c, 1);
}
static void flush_out(struct conn *c) {
    ssize_t w = send(c->fd, c->out + c->outoff, c->outlen - c->outoff, MSG_NOSIGNAL);
    if (w < 0) { if (errno != EAGAIN) conn_dead(c, strerror(errno)); return; }
    c->outoff += w; if (c->outoff == c->outlen) { free(c->out); c->out = NULL; c->outlen = c->outoff = 0; set_events(c, 0); }
}
static char pay[1 << 16]; static int paylen; static int cur_ch;
static int put_var(char *o, const struct seg *s, struct conn *c, int blen) {
    switch (s->kind) {
    case V_LIT: memcpy(o, s->p, s->n); return s->n;
    case V_CH: return sprintf(o, "%d", c->pub ? cur_ch : (mode == M_LPPAIRS ? c->idx : 0));
    case V_I: return sprintf(o, "%d", c->idx);
    case V_C1: case V_C2: { const char *v = c->c[s->kind - V_C1]; int n = strlen(v); memcpy(o, v, n); return n; }
    case V_H1: case V_H2: { const char *v = c->h[s->kind - V_H1]; int n = strlen(v); memcpy(o, v, n); return n; }
    case V_LEN: return sprintf(o, "%d", blen);
    case V_PAYLOAD: memcpy(o, pay, paylen); return paylen;
    } return 0;
}
static int var_empty(const struct seg *s, struct conn *c) {
    switch (s->kind) { case V_C1: case V_C2: return !c->c[s->kind - V_C1][0]; case V_H1: case V_H2: return !c->h[s->kind - V_H1][0]; } return 0;
}
static int render(char *o, struct tmpl *t, struct conn *c) {
    static char body[1 << 17]; int bl = 0, n = 0;
    for (int i = 0; i < t->nb; i++) bl += put_var(body + bl, &t->body[i], c, 0);
    for (int i = 0; i < t->nh; i++) {
        int cd = t->head[i].cond;
        if (cd && (i == 0 || t->head[i - 1].cond != cd)) { int empty = 0, j = i;
            for (; j < t->nh && t->head[j].cond == cd; j++) empty |= var_empty(&t->head[j], c);
            if (empty) { i = j - 1; continue; } }
        n += put_var(o + n, &t->head[i], c, bl);
    }
    memcpy(o + n, body, bl); return n + bl;
}
static char obuf[1 << 18];
static void send_tmpl(struct conn *c, struct tmpl *t) { int n = render(obuf, t, c); conn_send(c, obuf, n); }

static void ws_send(struct conn *c, int op, const char *p, int n) {
    char b[256]; if (n > 125) n = 125; int o = 0; b[o++] = 0x80 | op; b[o++] = 0x80 | n;
    memset(b + o, 0, 4); o += 4;     /* a zero mask is a valid mask */
    memcpy(b + o, p, n); conn_send(c, b, o + n);
}

static void ws_send_init(struct conn *c, const char *text) {   /* {i} is the number of the client, {h1} as in requests */
    char b[256]; int n = 0;
    while (*text && n < 125) {
        if (!strncmp(text, "{i}", 3)) { n += snprintf(b + n, sizeof b - n, "%d", c->idx); text += 3; }
        else if (!strncmp(text, "{h1}", 4)) { n += snprintf(b + n, sizeof b - n, "%s", c->h[0]); text += 4; }
        else b[n++] = *text++;
    }
    ws_send(c, 1, b, n);
}

/* ------------------------------------------------------------------ markers */
static void one_marker(struct conn *c, const char *m, u64 t) {
    long s = 0; for (int i = 4; i < 14; i++) { if (!isdigit((unsigned char)m[i])) { foreign++; return; } s = s * 10 + (m[i] - '0'); }
    u64 ts = 0; for (int i = 15; i < 34; i++) { if (!isdigit((unsigned char)m[i])) { foreign++; return; } ts = ts * 10 + (m[i] - '0'); }
    if (s < 0 || s >= total_msgs) { foreign++; return; }
    u64 bit;
    if (mode == M_LPPAIRS) { if (s % N != c->idx) { foreign++; return; } bit = s; } else bit = (u64)s * N + c->idx;
    if (seen[bit >> 3] & (1 << (bit & 7))) { dups++; return; }
    seen[bit >> 3] |= 1 << (bit & 7);
    if (s < c->lastmsg) reorder++; else c->lastmsg = s;
    delivered++; last_progress = t;
    if (s >= phase_first) phase_delivered++;
    if (measuring && s >= phase_first) { measured_delivered++; h_add(t > ts ? t - ts : 0); t_last_del = t; }
}
/* scan b[0..n) and return the bytes consumed up to a possibly split marker */
static int scan(struct conn *c, const char *b, int n, u64 t) {
    int o = 0;
    while (o < n) {
        const char *m = memmem(b + o, n - o, "_PB_", 4);
        if (!m) { for (int k = 3; k > 0; k--) if (n - o >= k && !memcmp(b + n - k, "_PB_", k)) return n - k; return n; }
        if (m + 35 > b + n) return m - b;
        one_marker(c, m, t); o = m - b + 35;
    }
    return o;
}

/* --------------------------------------------------------------------- http */
static int find_header(const char *b, int hl, const char *name, int nl, const char **v) {
    const char *p = memchr(b, '\n', hl); if (!p) return -1; p++;
    while (p < b + hl) {
        const char *e = memchr(p, '\n', b + hl - p); if (!e) break;
        if (e - p > nl && p[nl] == ':' && (p[0] | 32) == (name[0] | 32) && !strncasecmp(p, name, nl)) {
            const char *q = p + nl + 1; while (*q == ' ') q++; const char *r = e; while (r > q && (r[-1] == '\r' || r[-1] == ' ')) r--;
            *v = q; return r - q; }
        p = e + 1;
    }
    return -1;
}
/* length of a complete response at b, 0 = incomplete; fills status, head length, body range (chunked: raw) */
static int http_whole(const char *b, int n, int *status, int *hl) {
    const char *e = memmem(b, n, "\r\n\r\n", 4); if (!e) return 0;
    *hl = e + 4 - b; *status = n > 12 ? atoi(b + 9) : 0;
    if (*status == 204 || *status == 304 || *status < 200) return *hl;
    const char *v; int l = find_header(b, *hl, "Content-Length", 14, &v);
    if (l >= 0) { long cl = atol(v); return n >= *hl + cl ? (int)(*hl + cl) : 0; }
    l = find_header(b, *hl, "Transfer-Encoding", 17, &v);
    if (l >= 0) { int o = *hl; for (;;) { const char *x = memchr(b + o, '\n', n - o); if (!x) return 0; long cl = strtol(b + o, NULL, 16);
            o = x + 1 - b; if (o + cl + 2 > n) return 0; o += cl + 2; if (cl == 0) return o; } }
    return *hl;
}
static void capture(struct conn *c, const char *b, int n) {
    for (int k = 0; k < 2; k++) if (cap[k].pre) {
        const char *m = memmem(b, n, cap[k].pre, strlen(cap[k].pre)); if (!m) continue;
        m += strlen(cap[k].pre); int i = 0; while (m < b + n && i < 95 && !strchr(cap[k].end, *m) && *m != '\r') c->c[k][i++] = *m++; c->c[k][i] = 0; }
}
static void capture_headers(struct conn *c, const char *b, int hl) {
    for (int k = 0; k < 2; k++) if (hdr[k]) { const char *v; int l = find_header(b, hl, hdr[k], hdrlen[k], &v);
        if (l >= 0 && l < 79) { memcpy(c->h[k], v, l); c->h[k][l] = 0; } }
}
static u64 err_shown;
static void show(const char *what, struct conn *c, const char *b, int n) {
    if (err_shown++ < 5) fprintf(stderr, "pushbench: %s conn %d: %.*s\n", what, c->idx, n > 400 ? 400 : n, b);
}

static void pub_ready(struct conn *c);
static void sub_next(struct conn *c) {           /* after connect or after a setup step */
    if (c->step < nsetup) { c->st = S_SETUP; send_tmpl(c, &t_setup[c->step]); return; }
    if (c->st != S_POLL && c->st != S_STREAM) nready++;
    if (mode == M_SSE) { c->st = S_STREAM; send_tmpl(c, &t_sub); }
    else if (mode == M_WS) { c->st = S_STREAM; c->step = 100; send_tmpl(c, &t_sub); }
    else { if (c->st != S_POLL) { npolling++; c->st = S_POLL; } send_tmpl(c, &t_sub); }
}
static void sub_response(struct conn *c, const char *b, int n, int status, int hl, u64 t) {
    if (c->st == S_SETUP) {
        if (status >= 400) { show("setup failed", c, b, n); conn_dead(c, "setup"); return; }
        capture(c, b, n); c->step++; sub_next(c); return; }
    if (mode == M_END) {                     /* the answer to the command: counted, and no new poll */
        if (measuring && status == 503) { delivered++; last_progress = t_last_del = t; h_add(t - t_first_pub); } else show("not ended", c, b, n);
        npolling--; c->st = S_IDLE; return; }
    u64 d = delivered + dups + foreign;
    capture_headers(c, b, hl); if (recapture) capture(c, b, n);
    scan(c, b + hl, n - hl, t);
    if (delivered + dups + foreign == d) { empties++; if (status >= 400 && status != 408) { bad_status++; show("status", c, b, n); } }
    sub_next(c);
}
/* counts a client that has received the text that is awaited */
static void await_text(struct conn *c, const char *b, int n, u64 t) {
    if (awaited && !c->up && memmem(b, n, awaited, strlen(awaited))) { c->up = 1; nup++; h_add(t - c->opened); }
}
static int ws_input(struct conn *c, const char *b, int n, u64 t) { /* returns consumed */
    int o = 0;
    while (n - o >= 2) {
        int op = b[o] & 15; u64 len = b[o + 1] & 127; int h = 2;
        if (len == 126) { if (n - o < 4) break; len = ((u64)(uint8_t)b[o + 2] << 8) | (uint8_t)b[o + 3]; h = 4; }
        else if (len == 127) { if (n - o < 10) break; len = 0; for (int i = 0; i < 8; i++) len = len << 8 | (uint8_t)b[o + 2 + i]; h = 10; }
        if (n - o < h + (int)len) break;
        const char *p = b + o + h;
        if (op == 1 || op == 2 || op == 0) {
            if (eio_ping && len == 1 && *p == '2') ws_send(c, 1, "3", 1);
            else scan(c, p, len, t);
        } else if (op == 9) ws_send(c, 10, p, len);
        else if (op == 8) { conn_dead(c, "ws close"); return n; }
        o += h + len;
    }
    return o;
}
static void keep(struct conn *c, const char *b, int n) {   /* the unfinished tail waits in its own small buffer */
    if (n <= 0) { if (c->in) { free(c->in); c->in = NULL; } c->inlen = c->incap = 0; return; }
    if (c->incap < n) { c->incap = n + 256; free(c->in); c->in = xm(c->incap); }
    memcpy(c->in, b, n); c->inlen = n;
}
static char rb[1 << 20];
static void pub_response(struct conn *c, const char *b, int n, int status);
static void on_readable(struct conn *c) {
    for (;;) {
        char *b = rb; int have = c->inlen, room = (int)sizeof rb - have, more;
        if (room < 4096) die("a response of more than a mebibyte");
        if (have) memcpy(rb, c->in, have);
        ssize_t r = recv(c->fd, rb + have, room, 0); more = r == room; if (r > 0) have += r;
        if (r == 0) { conn_dead(c, "eof"); return; }
        if (r < 0) { if (errno == EAGAIN || errno == EINTR) return; conn_dead(c, strerror(errno)); return; }
        u64 t = now_ns(); int o = 0;
        while (o < have && c->st != S_DEAD) {
            if (c->st == S_STREAM && c->step != 100) {
                if (c->step != 101) {           /* SSE response head */
                    const char *e = memmem(b + o, have - o, "\r\n\r\n", 4); if (!e) break;
                    int status = atoi(b + o + 9); if (status != 200) { bad_status++; show("sse status", c, b + o, have - o); conn_dead(c, "status"); break; }
                    o = e + 4 - b; c->step = 101; npolling++; if (!awaited) h_add(t - c->opened); continue; }
                await_text(c, b + o, have - o, t);
                int k = mode == M_WS ? ws_input(c, b + o, have - o, t) : scan(c, b + o, have - o, t);
                o += k; if (mode != M_WS || k == 0) break; continue;
            }
            if (c->st == S_STREAM && c->step == 100) { /* websocket upgrade answer */
                const char *e = memmem(b + o, have - o, "\r\n\r\n", 4); if (!e) break;
                int status = atoi(b + o + 9); if (status != 101) { bad_status++; show("upgrade refused", c, b + o, have - o); conn_dead(c, "upgrade"); break; }
                o = e + 4 - b; c->step = 101; npolling++; if (!awaited) h_add(t - c->opened);
                for (int i = 0; i < n_ws_init; i++) ws_send_init(c, ws_init[i]);
                continue;
            }
            int status, hl, w = http_whole(b + o, have - o, &status, &hl); if (!w) break;
            if (c->pub) pub_response(c, b + o, w, status); else { await_text(c, b + o, w, t); sub_response(c, b + o, w, status, hl, t); }
            o += w;
        }
        if (c->st == S_DEAD) { keep(c, NULL, 0); return; }
        keep(c, b + o, have - o);
        if (!more) return;
    }
}
static int opening, next_open;
static void conn_open(struct conn *c) {
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); if (c->fd < 0) die("socket: %s", strerror(errno));
    int one = 1; setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (nsrc > 1 && !c->pub) { setsockopt(c->fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
        struct sockaddr_in s = { .sin_family = AF_INET }; s.sin_addr.s_addr = htonl(0x7f000001 + c->idx % nsrc); bind(c->fd, (void *)&s, sizeof s); }
    c->st = S_CONN; c->step = 0; c->lastmsg = -1; c->opened = now_ns();
    if (connect(c->fd, (void *)&dst, sizeof dst) < 0 && errno != EINPROGRESS) die("connect: %s", strerror(errno));
    struct epoll_event e = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c }; epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
    opening++;
}
static void on_event(struct conn *c, u32 ev) {
    if (c->st == S_DEAD || c->fd < 0) return;
    if (c->st == S_CONN) {
        int err = 0; socklen_t l = sizeof err; getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
        if (err) die("connect: %s", strerror(err));
        if (!(ev & EPOLLOUT)) return;
        opening--; set_events(c, 0);
        if (c->pub) { c->st = S_SETUP; pub_ready(c); } else sub_next(c);
        return;
    }
    if (c->outlen && (ev & EPOLLOUT)) flush_out(c);
    if (c->st != S_DEAD && (ev & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) on_readable(c);
}
static void pump_once(u64 max_ns) {
    struct epoll_event ev[512]; struct timespec ts = { max_ns / 1000000000ull, max_ns % 1000000000ull };
    int n = epoll_pwait2(ep, ev, 512, &ts, NULL);
    for (int i = 0; i < n; i++) on_event(ev[i].data.ptr, ev[i].events);
    while (next_open < N && opening < ramp) conn_open(&subs[next_open++]);
}

/* ---------------------------------------------------------------- publisher */
static u64 t0_rate; static long rate_base;
static void pub_ready(struct conn *c) {
    if (c->step < npubsetup) { send_tmpl(c, &t_pubsetup[c->step]); return; }
    c->st = S_POLL; c->busy = 0;
}
static void pub_response(struct conn *c, const char *b, int n, int status) {
    if (c->st == S_SETUP) { if (status >= 400) { show("publisher setup failed", c, b, n); die("publisher"); } capture(c, b, n); c->step++; pub_ready(c); return; }
    if (status >= 300) { pub_errs++; show("publish answered", c, b, n); }
    c->busy = 0;
}
static void do_publish(struct conn *c, u64 ts) {
    long s = published++;
    cur_ch = mode == M_LPPAIRS ? s % N : 0;
    char m[40]; snprintf(m, sizeof m, "_PB_%010ld_%019llu_", s, (unsigned long long)ts); memcpy(pay, m, 35);
    c->busy = 1; send_tmpl(c, &t_pub);
    if (c->st == S_DEAD) die("the publisher's connection was closed");
}
static u64 lost_before;               /* deliveries given up after a stall */
static u64 expected_deliveries(long first, long upto) { return mode == M_LPPAIRS ? (u64)(upto - first) : (u64)(upto - first) * N; }
static u64 paced(long first, long upto) { return mode == M_LPPAIRS ? (u64)(upto - first) : (u64)(upto - first) * (N - deaths); }

static void run_phase(long cnt, int measure) {
    phase_first = published; phase_last = published + cnt; phase_delivered = 0; lost_before = 0; measuring = measure;
    u64 start = now_ns(); t0_rate = start; rate_base = phase_first; last_progress = start; t_first_pub = start; t_last_del = start;
    u64 end = start + (u64)(limit_s * 1e9), ready_since = 0; int rr = 0;
    u64 per = mode == M_LPPAIRS ? 1 : N;
    while (published < phase_last) {
        if (deaths >= (u64)N) die("every subscriber's connection is gone");
        u64 t = now_ns(), wait = 200000000ull; if (t > end) { fprintf(stderr, "pushbench: time limit reached after %ld messages\n", published - phase_first); break; }
        struct conn *c = NULL; for (int i = 0; i < npub; i++) { int k = (rr + i) % npub; if (!pubs[k].busy) { c = &pubs[k]; rr = k + 1; break; } }
        if (rate > 0) {
            u64 due = t0_rate + (u64)((published - rate_base) * 1e9 / rate);
            if (t >= due) { if (c) { do_publish(c, due); continue; } } else wait = due - t;
        } else if (c) {
            u64 exp = paced(phase_first, published), got = phase_delivered + lost_before;
            int ok = exp < got + (u64)window * per;  /* fewer than window*N deliveries outstanding */
            if (rounds) ok = exp <= got;
            if (mode == M_LPFAN && window == 1) ok = (exp <= got) && npolling == N - (int)deaths;
            if (exp > got && t - last_progress > (u64)(stall_s * 1e9)) { if (verbose) fprintf(stderr, "stall: message %ld, %llu of %llu\n", published - 1, (unsigned long long)got, (unsigned long long)exp); lost_before = exp - phase_delivered; last_progress = t; ok = 1; }
            if (ok && settle_us) { if (!ready_since) ready_since = t; if (t - ready_since < (u64)settle_us * 1000) { ok = 0; wait = (u64)settle_us * 1000 - (t - ready_since); } }
            if (ok) { ready_since = 0; do_publish(c, t); if (mode == M_LPFAN && window == 1) { pump_once(0); } continue; }
        }
        pump_once(wait);
    }
    u64 ds = now_ns();
    while (phase_delivered < paced(phase_first, published)) {
        u64 t = now_ns(); if (t - (last_progress > ds ? last_progress : ds) > (u64)(drain_s * 1e9)) break;
        pump_once(20000000);
    }
    for (int i = 0; i < npub; i++) { u64 t = now_ns(); while (pubs[i].busy && now_ns() - t < 1000000000ull) pump_once(10000000); }
    /* messages not published because of the time limit do not count */
    phase_last = published;
}

/* ------------------------------------------------------------------- target */
static void load_target(const char *f) {
    FILE *fp = fopen(f, "r"); if (!fp) die("cannot open %s", f);
    char line[8192], sec[32] = ""; char *buf = xm(1 << 16); int bl = 0;
    for (;;) {
        char *got = fgets(line, sizeof line, fp);
        static const char *secs[] = {"[options]", "[setup]", "[subscribe]", "[publish]", "[pubsetup]", NULL};
        int is = !got; if (got) for (int i = 0; secs[i]; i++) if (!strncmp(line, secs[i], strlen(secs[i]))) is = 1;
        if (!is) {
            if (!*sec && (line[0] == '#' || line[0] == '\n')) continue;
            if (!strcmp(sec, "[options]")) {
                if (line[0] == '#' || line[0] == '\n') continue;
                line[strcspn(line, "\n")] = 0; char *e = strstr(line, " = "); if (!e) die("bad option line: %s", line); *e = 0; char *v = strdup(e + 3);
                if (!strcmp(line, "host")) host = v; else if (!strcmp(line, "port")) port = atoi(v);
                else if (!strncmp(line, "capture.", 8)) { int k = atoi(line + 8) - 1; char *bar = strrchr(v, '|'); if (!bar || k < 0 || k > 1) die("capture.N = prefix|terminators"); *bar = 0; cap[k].pre = v; cap[k].end = bar + 1; }
                else if (!strncmp(line, "header.", 7)) { int k = atoi(line + 7) - 1; if (k < 0 || k > 1) die("header.1 or header.2"); hdr[k] = v; hdrlen[k] = strlen(v); }
                else if (!strcmp(line, "ws-init")) ws_init[n_ws_init++] = v;
                else if (!strcmp(line, "eio-ping")) eio_ping = atoi(v);
                else if (!strcmp(line, "recapture")) recapture = atoi(v);
                else die("unknown option %s", line);
            } else { int n = strlen(line); if (bl + n < (1 << 16)) { memcpy(buf + bl, line, n); bl += n; buf[bl] = 0; } }
            continue;
        }
        if (bl) { char *txt = strdup(buf);
            if (!strcmp(sec, "[setup]")) compile(&t_setup[nsetup++], txt); else if (!strcmp(sec, "[subscribe]")) compile(&t_sub, txt);
            else if (!strcmp(sec, "[publish]")) compile(&t_pub, txt); else if (!strcmp(sec, "[pubsetup]")) compile(&t_pubsetup[npubsetup++], txt); }
        bl = 0; buf[0] = 0; if (!got) break;
        snprintf(sec, sizeof sec, "%.*s", (int)strcspn(line, "]") + 1, line);
    }
    fclose(fp);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: pushbench MODE TARGET [--n N] [--k MESSAGES] [--warm MESSAGES] [--reps N] [--b BYTES] [--rate R | --window W | --rounds]\n"
                "  [--pubs P] [--settle-us U] [--limit S] [--stall S] [--hold S] [--cpu CORE] [--pid PID]... [--hook CMD] [--port P] [--host H]\n"
                "  [--src ADDRS] [--ramp C] [--label L] [-v]\n  MODE: longpoll-fanout longpoll-pairs sse-fanout ws-fanout idle idle-sse idle-ws end\n"); return 2; }
    mode_name = argv[1];
    if (!strcmp(mode_name, "longpoll-fanout")) mode = M_LPFAN; else if (!strcmp(mode_name, "longpoll-pairs")) mode = M_LPPAIRS;
    else if (!strcmp(mode_name, "sse-fanout")) mode = M_SSE; else if (!strcmp(mode_name, "ws-fanout")) mode = M_WS;
    else if (!strcmp(mode_name, "idle")) { mode = M_LPFAN; idle = 1; } else if (!strcmp(mode_name, "idle-sse")) { mode = M_SSE; idle = 1; }
    else if (!strcmp(mode_name, "idle-ws")) { mode = M_WS; idle = 1; } else if (!strcmp(mode_name, "end")) mode = M_END; else die("unknown mode %s", mode_name);
    load_target(argv[2]);
    for (int i = 3; i < argc; i++) {
        const char *a = argv[i]; if (!strcmp(a, "-v")) { verbose = 1; continue; }
        if (!strcmp(a, "--rounds")) { rounds = 1; continue; }
        if (i + 1 >= argc) die("%s needs a value", a);
        char *v = argv[++i];
        if (!strcmp(a, "--n")) N = atoi(v); else if (!strcmp(a, "--k")) K = atol(v); else if (!strcmp(a, "--warm")) warm = atol(v); else if (!strcmp(a, "--reps")) reps = atoi(v);
        else if (!strcmp(a, "--b")) B = atoi(v); else if (!strcmp(a, "--rate")) rate = atof(v); else if (!strcmp(a, "--window")) window = atoi(v);
        else if (!strcmp(a, "--pubs")) npub = atoi(v); else if (!strcmp(a, "--settle-us")) settle_us = atoi(v); else if (!strcmp(a, "--limit")) limit_s = atof(v);
        else if (!strcmp(a, "--stall")) stall_s = atof(v); else if (!strcmp(a, "--hold")) hold_s = atof(v); else if (!strcmp(a, "--cpu")) cpu = atoi(v);
        else if (!strcmp(a, "--pid")) { if (npids < 64) pids[npids++] = atoi(v); } else if (!strcmp(a, "--hook")) hook = v;
        else if (!strcmp(a, "--port")) port = atoi(v); else if (!strcmp(a, "--host")) host = v; else if (!strcmp(a, "--src")) nsrc = atoi(v);
        else if (!strcmp(a, "--ramp")) ramp = atoi(v); else if (!strcmp(a, "--label")) label = v; else if (!strcmp(a, "--ready")) ready_s = atof(v);
        else if (!strcmp(a, "--drain")) drain_s = atof(v); else if (!strcmp(a, "--h1")) first_h1 = v; else if (!strcmp(a, "--await")) awaited = v;
        else die("unknown option %s", a);
    }
    struct rlimit rl; getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl);
    if ((u64)N + npub + 32 > rl.rlim_cur) die("the file descriptor limit %lu is below the %d connections asked", (unsigned long)rl.rlim_cur, N);
    if (cpu >= 0) { cpu_set_t s; CPU_ZERO(&s); CPU_SET(cpu, &s); if (sched_setaffinity(0, sizeof s, &s)) die("cannot pin to cpu %d", cpu); }
    if (B < 35) B = 35;
    if (B > 60000) die("--b is too big");
    paylen = B; memset(pay, 'x', B);
    dst.sin_family = AF_INET; dst.sin_port = htons(port); if (inet_pton(AF_INET, host, &dst.sin_addr) != 1) die("host must be an IPv4 address");
    ep = epoll_create1(EPOLL_CLOEXEC);
    total_msgs = K * reps + warm; if (!idle) { u64 bits = mode == M_LPPAIRS ? (u64)total_msgs : (u64)total_msgs * N; seen = xm(bits / 8 + 8); }
    subs = xm(sizeof *subs * N); for (int i = 0; i < N; i++) { subs[i].idx = i; subs[i].fd = -1; if (first_h1) snprintf(subs[i].h[0], sizeof subs[i].h[0], "%s", first_h1); }
    pubs = xm(sizeof *pubs * npub); for (int i = 0; i < npub; i++) { pubs[i].idx = i; pubs[i].pub = 1; }

    if (idle && hook) { fflush(stdout); if (system(hook)) fprintf(stderr, "hook failed\n"); }
    long rss0 = srv_rss_kb();
    u64 t0 = now_ns(), t1 = t0, cpu_open0 = srv_cpu_us();
    while ((nready < N - (int)deaths) || (awaited && nup < N - (int)deaths) || (mode != M_LPFAN && mode != M_LPPAIRS && mode != M_END && npolling < N - (int)deaths)) {
        pump_once(100000000); if (nready < N - (int)deaths || awaited) t1 = now_ns(); else if (mode == M_SSE && now_ns() - t1 > (idle ? 30 : 1) * 1000000000ull) break; /* some servers send no head before the first event */
        if (now_ns() - t0 > 120000000000ull) die("only %d of %d subscribers came up", nready, N); }
    if (mode != M_SSE) t1 = now_ns();
    double open_s = (t1 - t0) / 1e9;
    for (u64 e = now_ns() + (u64)(ready_s * 1e9); now_ns() < e;) pump_once(20000000);
    long rss1 = srv_rss_kb(); u64 cpu_open1 = srv_cpu_us();
    if (deaths) fprintf(stderr, "pushbench: %llu connections died while opening\n", (unsigned long long)deaths);

    if (idle) {
        u64 c0 = srv_cpu_us(), h0 = now_ns();
        for (u64 e = h0 + (u64)(hold_s * 1e9); now_ns() < e;) pump_once(100000000);
        u64 c1 = srv_cpu_us(); double h = (now_ns() - h0) / 1e9; long rss2 = srv_rss_kb();
        if (hook) { fflush(stdout); if (system(hook)) fprintf(stderr, "hook failed\n"); }
        long rss3 = srv_rss_kb();
        printf("RESULT label=%s mode=%s n=%d open_s=%.2f open_p50_us=%.0f open_p99_us=%.0f open_cpu_us_per_conn=%.1f rss_before_kb=%ld rss_open_kb=%ld rss_held_kb=%ld rss_after_hook_kb=%ld bytes_per_conn=%.0f idle_cpu_pct=%.2f empties=%llu deaths=%llu\n",
               label, mode_name, N, open_s, h_pct(.5) / 1e3, h_pct(.99) / 1e3, (double)(cpu_open1 - cpu_open0) / N, rss0, rss1, rss2, rss3, (rss2 - rss0) * 1024.0 / N, 100.0 * (c1 - c0) / 1e6 / h,
               (unsigned long long)empties, (unsigned long long)deaths);
        return 0;
    }
    for (int i = 0; i < npub; i++) conn_open(&pubs[i]);
    for (;;) { int ok = 1; for (int i = 0; i < npub; i++) ok &= pubs[i].st == S_POLL; if (ok) break; pump_once(50000000); if (now_ns() - t1 > 30000000000ull) die("publishers did not come up"); }
    if (mode == M_END) {                     /* one command, which ends every poll: how long until the last 503 */
        u64 c0 = srv_cpu_us(); last_progress = t_last_del = t_first_pub = now_ns(); measuring = 1; send_tmpl(&pubs[0], &t_pub);
        while (npolling > 0 && deaths < (u64)N && now_ns() - last_progress < (u64)(stall_s * 1e9)) pump_once(20000000);
        printf("RESULT label=%s mode=end n=%d deliveries=%llu dur_s=%.4f srv_us_per_delivery=%.3f p50_us=%.0f p99_us=%.0f max_us=%.0f lost=%llu deaths=%llu\n", label, N, (unsigned long long)delivered,
               (t_last_del - t_first_pub) / 1e9, (double)(srv_cpu_us() - c0) / (delivered ? delivered : 1), h_pct(.5) / 1e3, h_pct(.99) / 1e3, hmax / 1e3, (unsigned long long)N - delivered, (unsigned long long)deaths);
        return 0;
    }
    if (warm) run_phase(warm, 0);
    u64 wdel = delivered, wlost = expected_deliveries(0, published) - delivered;
    for (int rep = 0; rep < reps; rep++) {
    memset(hist, 0, sizeof hist); hmax = 0; measured_delivered = 0;
    u64 d0 = dups, e0 = empties, r0 = reorder;
    u64 c0 = srv_cpu_us(), s0 = srv_sys_us(), g0 = self_cpu_us(), p0 = now_ns();
    run_phase(K, 1);
    u64 c1 = srv_cpu_us(), s1 = srv_sys_us(), g1 = self_cpu_us(); (void)p0;
    u64 exp = expected_deliveries(phase_first, phase_last); double dur = (t_last_del - t_first_pub) / 1e9;
    (void)wdel; u64 md = measured_delivered ? measured_delivered : 1;
    printf("RESULT label=%s mode=%s n=%d msgs=%ld dur_s=%.3f deliveries=%llu per_s=%.0f srv_us_per_delivery=%.3f srv_sys_us=%.3f srv_cpu_pct=%.0f gen_us_per_delivery=%.3f "
           "p50_us=%.0f p99_us=%.0f max_us=%.0f lost=%llu dup=%llu reorder=%llu empties=%llu bad=%llu puberr=%llu deaths=%llu foreign=%llu warm_lost=%llu rss_mb=%.0f open_s=%.2f\n",
           label, mode_name, N, phase_last - phase_first, dur, (unsigned long long)measured_delivered, measured_delivered / dur, (double)(c1 - c0) / md, (double)(s1 - s0) / md, (c1 - c0) / 1e4 / dur,
           (double)(g1 - g0) / md, h_pct(.5) / 1e3, h_pct(.99) / 1e3, hmax / 1e3, (unsigned long long)(exp - measured_delivered), (unsigned long long)(dups - d0), (unsigned long long)(reorder - r0),
           (unsigned long long)(empties - e0), (unsigned long long)bad_status, (unsigned long long)pub_errs, (unsigned long long)deaths, (unsigned long long)foreign, (unsigned long long)wlost, srv_rss_kb() / 1024.0, open_s);
    fflush(stdout); }
    return 0;
}
