// The loop of a fork server: it forks on request and reaps what it forked, in native code, with nothing of libuv
// active. It is told what to do over one end of a SOCK_SEQPACKET pair, in packets that begin with a `packet_head`.
//
// Between two requests it has a spare child ready, which waits for the next one: half of what a request takes is to copy
// the process, and that is done by then.
#include "fork.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Shared with src/fork-server/protocol.ts.
enum { FORK = 1, FORKED = 2, FAILED = 3, EXITED = 4 };

typedef struct {
  uint32_t kind;
  /** The client's number of the request. */
  uint32_t id;
  /** FORK: the death signal. FORKED, EXITED: the pid. FAILED: the errno. */
  int32_t value;
  /** EXITED: the wait status. */
  int32_t status;
} packet_head;

#define MAX_PACKET (64 * 1024)
#define MAX_DESCRIPTORS 16

typedef struct {
  pid_t pid;
  /** Readable when the child has ended. SIGCHLD would not do: another thread of this process may swallow it. */
  int pidfd;
  uint32_t id;
} child;

/** How long nobody must have asked for anything before a spare child is made, in milliseconds. */
#define QUIET_MS 1

typedef struct {
  int control;
  /** An epoll of `control`, as 0, and of each child's pidfd, as its pid. */
  int ready;
  child *children;
  size_t count, capacity;
  /** The child that has no request yet; its pid is 0 where there is none. */
  child spare;
  /** The server's end of the socket over which the spare child gets its request. */
  int spare_socket;
  /** Whether a spare child is to be made: not before the first request, nor again after one that ended by itself. */
  bool wants_spare;
} server;

typedef struct {
  uint8_t bytes[MAX_PACKET];
  size_t length;
  int descriptors[MAX_DESCRIPTORS];
  size_t descriptor_count;
} request;

/** Sends a packet, and waits while the other side is slow. False where that is gone. */
static bool send_bytes(int socket, const void *bytes, size_t length, const int *descriptors, size_t count) {
  union {
    char space[CMSG_SPACE(sizeof(int) * MAX_DESCRIPTORS)];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int) * count)};
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
  }
  ssize_t sent;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

/** What SIGINT did before it was ignored. */
static struct sigaction interrupt;

static void send_packet(const server *self, packet_head head, int descriptor) {
  // A client that is gone is noticed when the next packet is read.
  send_bytes(self->control, &head, sizeof head, &descriptor, descriptor >= 0 ? 1 : 0);
}

static void close_descriptors(request *packet) {
  for (size_t i = 0; i < packet->descriptor_count; i++) close(packet->descriptors[i]);
  packet->descriptor_count = 0;
}

/** Reads one packet: 1, or 0 when who sends them is gone. */
static int receive_packet(int socket, request *packet) {
  union {
    char space[CMSG_SPACE(sizeof(int) * MAX_DESCRIPTORS)];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = packet->bytes, .iov_len = MAX_PACKET};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  ssize_t count;
  do count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  packet->length = count > 0 ? (size_t)count : 0;
  packet->descriptor_count = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); count > 0 && header != NULL;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t received = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < received && packet->descriptor_count < MAX_DESCRIPTORS; i++)
      memcpy(&packet->descriptors[packet->descriptor_count++], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
  }
  return count > 0;
}

static void forget_child(const server *self, const child *gone) {
  // Closing alone would leave it in the epoll: the client has the same open file.
  epoll_ctl(self->ready, EPOLL_CTL_DEL, gone->pidfd, NULL);
  close(gone->pidfd);
}

static void reap(server *self, pid_t pid) {
  int status;
  if (waitpid(pid, &status, WNOHANG) != pid) return;
  if (pid == self->spare.pid) {
    // Killed by somebody, or by the kernel for want of memory: the next request has its own child made.
    forget_child(self, &self->spare);
    close(self->spare_socket);
    self->spare.pid = 0;
    self->wants_spare = false;
    return;
  }
  learn_pages(pid);
  for (size_t i = 0; i < self->count; i++) {
    if (self->children[i].pid != pid) continue;
    packet_head head = {.kind = EXITED, .id = self->children[i].id, .value = pid, .status = status};
    forget_child(self, &self->children[i]);
    self->children[i] = self->children[--self->count];
    send_packet(self, head, -1);
    return;
  }
}

static void end_children(server *self) {
  if (self->spare.pid != 0) {
    kill(self->spare.pid, SIGKILL);
    while (waitpid(self->spare.pid, NULL, 0) < 0 && errno == EINTR) continue;
  }
  for (size_t i = 0; i < self->count; i++) kill(self->children[i].pid, SIGKILL);
  for (size_t i = 0; i < self->count; i++)
    while (waitpid(self->children[i].pid, NULL, 0) < 0 && errno == EINTR) continue;
  self->count = 0;
}

static bool reserve_child(server *self) {
  if (self->count < self->capacity) return true;
  size_t capacity = self->capacity == 0 ? 64 : 2 * self->capacity;
  child *grown = realloc(self->children, capacity * sizeof *grown);
  if (grown == NULL) return false;
  self->children = grown;
  self->capacity = capacity;
  return true;
}

static bool watch_descriptor(const server *self, int fd, pid_t pid) {
  struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = (uint64_t)pid}};
  return epoll_ctl(self->ready, EPOLL_CTL_ADD, fd, &event) == 0;
}

/** Has the kernel end this child with its server. The signal comes when the server's thread ends, and that may have ended. */
static void follow_server(pid_t server_pid, int signal) {
  prctl(PR_SET_PDEATHSIG, signal);
  if (getppid() != server_pid) _exit(127);
}

/** Forks a child and watches it. Answers its pid, or an errno as a negative number; in the child 0. */
static int make_child(server *self, uv_loop_t *loop, child *made) {
  pid_t pid = copy_process(loop, false);
  if (pid == 0) {
    for (size_t i = 0; i < self->count; i++) close(self->children[i].pidfd);
    if (self->spare.pid != 0) {
      close(self->spare.pidfd);
      close(self->spare_socket);
    }
    close(self->control);
    close(self->ready);
    return 0;
  }
  // The child cannot be reaped before `reap` runs, so the pid is still its own.
  int pidfd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
  if (pidfd < 0 || !watch_descriptor(self, pidfd, pid)) {
    int error = errno;
    if (pidfd >= 0) close(pidfd);
    // A child that cannot be watched would never be reaped.
    if (pid > 0 && kill(pid, SIGKILL) == 0)
      while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    return -error;
  }
  *made = (child){.pid = pid, .pidfd = pidfd};
  return pid;
}

/** In a spare child: the server, and the socket over which it sends the request. */
static pid_t spare_server;
static int spare_request = -1;

/** Makes the spare child. True in it. */
static bool make_spare(server *self, uv_loop_t *loop) {
  int ends[2];
  // What there is no spare child for, or no descriptors, the next request will say.
  self->wants_spare = false;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  pid_t parent = getpid();
  int pid = make_child(self, loop, &self->spare);
  close(pid == 0 ? ends[0] : ends[1]);
  if (pid > 0) self->spare_socket = ends[0];
  else if (pid < 0) close(ends[0]);
  if (pid != 0) return false;
  follow_server(parent, SIGKILL);
  spare_server = parent;
  spare_request = ends[1];
  copy_known_pages();
  return true;
}

/** The latest request: the next one is mostly like it, but for its descriptors. */
static uint8_t *latest;
static size_t latest_length;

static void keep_latest(const request *packet) {
  if (latest == NULL) latest = malloc(MAX_PACKET);
  if (latest == NULL) return;
  latest_length = packet->length - sizeof(packet_head);
  memcpy(latest, packet->bytes + sizeof(packet_head), latest_length);
}

/** Gives the request to the spare child, where there is one. */
static bool hand_to_spare(server *self, const request *packet, child *taken) {
  if (self->spare.pid == 0) return false;
  *taken = self->spare;
  bool sent =
      send_bytes(self->spare_socket, packet->bytes, packet->length, packet->descriptors, packet->descriptor_count);
  // One that is gone will be reaped.
  if (!sent) return false;
  close(self->spare_socket);
  self->spare.pid = 0;
  return true;
}

/** Has a child for a request: the spare one, or a new one. True in the new one. */
static bool fork_child(server *self, uv_loop_t *loop, const request *packet) {
  packet_head head;
  memcpy(&head, packet->bytes, sizeof head);
  child made;
  int result = -ENOMEM;
  if (reserve_child(self) && (result = 1, !hand_to_spare(self, packet, &made))) {
    pid_t parent = getpid();
    result = make_child(self, loop, &made);
    if (result == 0) {
      follow_server(parent, head.value);
      return true;
    }
  }
  if (result < 0) {
    send_packet(self, (packet_head){.kind = FAILED, .id = head.id, .value = -result}, -1);
    return false;
  }
  made.id = head.id;
  self->children[self->count++] = made;
  self->wants_spare = true;
  keep_latest(packet);
  send_packet(self, (packet_head){.kind = FORKED, .id = head.id, .value = made.pid}, made.pidfd);
  return false;
}

/** Serves until the client is gone (false), or returns in a child (true). */
static bool serve(server *self, uv_loop_t *loop, request *packet) {
  if (!watch_descriptor(self, self->control, 0)) return false;
  for (;;) {
    struct epoll_event events[64];
    bool lacks_spare = self->wants_spare && self->spare.pid == 0;
    int count = epoll_wait(self->ready, events, 64, lacks_spare ? QUIET_MS : -1);
    if (count < 0 && errno != EINTR) return false;
    if (count == 0 && lacks_spare && make_spare(self, loop)) return true;
    bool asked = false;
    for (int i = 0; i < count; i++) {
      if (events[i].data.u64 == 0) asked = true;
      else reap(self, (pid_t)events[i].data.u64);
    }
    if (!asked) continue;
    if (!receive_packet(self->control, packet)) return false;
    packet_head head;
    if (packet->length < sizeof head) return false;
    memcpy(&head, packet->bytes, sizeof head);
    if (head.kind == FORK && fork_child(self, loop, packet)) return true;
    close_descriptors(packet);
  }
}

static napi_value make_body(napi_env env, const uint8_t *bytes, size_t length) {
  void *body;
  napi_value buffer;
  napi_create_arraybuffer(env, length, &body, &buffer);
  memcpy(body, bytes, length);
  return buffer;
}

/** `[body: ArrayBuffer, ...descriptors]` */
static napi_value make_request(napi_env env, const request *packet) {
  napi_value result;
  napi_value buffer = make_body(env, packet->bytes + sizeof(packet_head), packet->length - sizeof(packet_head));
  napi_create_array(env, &result);
  napi_set_element(env, result, 0, buffer);
  for (size_t i = 0; i < packet->descriptor_count; i++)
    napi_set_element(env, result, (uint32_t)i + 1, make_int32(env, packet->descriptors[i]));
  return result;
}

// latestRequest(): the body of the request before, which was somebody else's
static napi_value latest_request(napi_env env, napi_callback_info info) {
  (void)info;
  return make_body(env, latest, latest_length);
}

// awaitRequest(): the request that a spare child was given. Its server may end before there is one, and it with that.
static napi_value await_request(napi_env env, napi_callback_info info) {
  (void)info;
  packet_head head;
  request *packet = malloc(sizeof *packet);
  if (packet == NULL) return throw_system_error(env, "malloc", ENOMEM);
  if (!receive_packet(spare_request, packet) || packet->length < sizeof head) _exit(0);
  memcpy(&head, packet->bytes, sizeof head);
  follow_server(spare_server, head.value);
  close(spare_request);
  sigaction(SIGINT, &interrupt, NULL);
  napi_value result = make_request(env, packet);
  free(packet);
  return result;
}

// serve(control): undefined at the end; in a child its request, or null where that is yet to come
static napi_value serve_forks(napi_env env, napi_callback_info info) {
  napi_value value, result;
  uv_loop_t *loop;
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  server self = {0};
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &self.control)) return NULL;
  if (napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop) != napi_ok)
    return throw_system_error(env, "napi_get_uv_event_loop", EINVAL);
  // No JavaScript runs here between two forks, so that V8 maps nothing more: once is enough.
  int error = allow_copying();
  if (error != 0) return throw_system_error(env, "madvise(MADV_DOFORK)", error);
  ask_for_pages();
  request *packet = malloc(sizeof *packet);
  if (packet == NULL) return throw_system_error(env, "malloc", ENOMEM);
  self.ready = epoll_create1(EPOLL_CLOEXEC);
  if (self.ready < 0) {
    free(packet);
    return throw_system_error(env, "epoll_create1", errno);
  }
  // Ctrl-C goes to the whole foreground group; the client decides what it means.
  sigaction(SIGINT, &ignore, &interrupt);
  bool in_child = serve(&self, loop, packet);
  if (!in_child) {
    end_children(&self);
    close(self.ready);
  }
  // A spare child is nobody's yet.
  if (spare_request < 0) sigaction(SIGINT, &interrupt, NULL);
  if (!in_child) result = make_undefined(env);
  else if (spare_request < 0) result = make_request(env, packet);
  else napi_get_null(env, &result);
  free(self.children);
  free(packet);
  return result;
}

void export_server(napi_env env, napi_value exports) {
  export_function(env, exports, "serve", serve_forks);
  export_function(env, exports, "awaitRequest", await_request);
  export_function(env, exports, "latestRequest", latest_request);
}
