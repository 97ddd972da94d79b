// The loop of a fork server: it forks on request and reaps what it forked, in native code, with nothing of libuv
// active. It is told what to do over one end of a SOCK_SEQPACKET pair, in packets that begin with a `packet_head`.
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

typedef struct {
  int control;
  /** An epoll of `control`, as 0, and of each child's pidfd, as its pid. */
  int ready;
  child *children;
  size_t count, capacity;
} server;

typedef struct {
  uint8_t bytes[MAX_PACKET];
  size_t length;
  int descriptors[MAX_DESCRIPTORS];
  size_t descriptor_count;
} request;

static void send_packet(const server *self, packet_head head, int descriptor) {
  union {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = &head, .iov_len = sizeof head};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor >= 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.space;
    message.msg_controllen = sizeof control.space;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  }
  // A client that is slow makes the server wait. One that is gone is noticed when the next packet is read.
  while (sendmsg(self->control, &message, MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
}

static void close_descriptors(request *packet) {
  for (size_t i = 0; i < packet->descriptor_count; i++) close(packet->descriptors[i]);
  packet->descriptor_count = 0;
}

/** Reads one packet: 1, or 0 when the client is gone. */
static int receive_packet(const server *self, request *packet) {
  union {
    char space[CMSG_SPACE(sizeof(int) * MAX_DESCRIPTORS)];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = packet->bytes, .iov_len = MAX_PACKET};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  ssize_t count;
  do count = recvmsg(self->control, &message, MSG_CMSG_CLOEXEC);
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

static void reap(server *self, pid_t pid) {
  int status;
  if (waitpid(pid, &status, WNOHANG) != pid) return;
  for (size_t i = 0; i < self->count; i++) {
    if (self->children[i].pid != pid) continue;
    packet_head head = {.kind = EXITED, .id = self->children[i].id, .value = pid, .status = status};
    // Closing alone would leave it in the epoll: the client has the same open file.
    epoll_ctl(self->ready, EPOLL_CTL_DEL, self->children[i].pidfd, NULL);
    close(self->children[i].pidfd);
    self->children[i] = self->children[--self->count];
    send_packet(self, head, -1);
    return;
  }
}

static void end_children(server *self) {
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

/** Forks for a request. True in the child. */
static bool fork_child(server *self, uv_loop_t *loop, const packet_head *head) {
  packet_head reply = {.kind = FAILED, .id = head->id, .value = ENOMEM};
  if (!reserve_child(self)) {
    send_packet(self, reply, -1);
    return false;
  }
  pid_t parent = getpid();
  pid_t pid = copy_process(loop, false);
  if (pid == 0) {
    // The signal comes when the server's thread ends; the server may have ended before this line.
    prctl(PR_SET_PDEATHSIG, head->value);
    if (getppid() != parent) _exit(127);
    for (size_t i = 0; i < self->count; i++) close(self->children[i].pidfd);
    return true;
  }
  // The child cannot be reaped before `reap` runs, so the pid is still its own.
  int pidfd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
  if (pidfd < 0 || !watch_descriptor(self, pidfd, pid)) {
    reply.value = errno;
    if (pidfd >= 0) close(pidfd);
    // A child that cannot be watched would never be reaped.
    if (pid > 0 && kill(pid, SIGKILL) == 0)
      while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    send_packet(self, reply, -1);
    return false;
  }
  self->children[self->count++] = (child){.pid = pid, .pidfd = pidfd, .id = head->id};
  send_packet(self, (packet_head){.kind = FORKED, .id = head->id, .value = pid}, pidfd);
  return false;
}

/** Serves until the client is gone (false), or returns in a child (true). */
static bool serve(server *self, uv_loop_t *loop, request *packet) {
  if (!watch_descriptor(self, self->control, 0)) return false;
  for (;;) {
    struct epoll_event events[64];
    int count = epoll_wait(self->ready, events, 64, -1);
    if (count < 0 && errno != EINTR) return false;
    bool asked = false;
    for (int i = 0; i < count; i++) {
      if (events[i].data.u64 == 0) asked = true;
      else reap(self, (pid_t)events[i].data.u64);
    }
    if (!asked) continue;
    if (!receive_packet(self, packet)) return false;
    packet_head head;
    if (packet->length < sizeof head) return false;
    memcpy(&head, packet->bytes, sizeof head);
    if (head.kind == FORK && fork_child(self, loop, &head)) return true;
    close_descriptors(packet);
  }
}

// serve(control): undefined at the end; in a child [body: ArrayBuffer, ...descriptors]
static napi_value serve_forks(napi_env env, napi_callback_info info) {
  napi_value value, result;
  uv_loop_t *loop;
  struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt;
  server self = {0};
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &self.control)) return NULL;
  if (napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop) != napi_ok)
    return throw_system_error(env, "napi_get_uv_event_loop", EINVAL);
  // No JavaScript runs here between two forks, so that V8 maps nothing more: once is enough.
  int error = allow_copying();
  if (error != 0) return throw_system_error(env, "madvise(MADV_DOFORK)", error);
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
  if (!in_child) end_children(&self);
  sigaction(SIGINT, &interrupt, NULL);
  close(self.ready);
  free(self.children);
  if (!in_child) {
    free(packet);
    return make_undefined(env);
  }
  close(self.control);
  void *body;
  napi_value buffer;
  size_t length = packet->length - sizeof(packet_head);
  napi_create_arraybuffer(env, length, &body, &buffer);
  memcpy(body, packet->bytes + sizeof(packet_head), length);
  napi_create_array(env, &result);
  napi_set_element(env, result, 0, buffer);
  for (size_t i = 0; i < packet->descriptor_count; i++)
    napi_set_element(env, result, (uint32_t)i + 1, make_int32(env, packet->descriptors[i]));
  free(packet);
  return result;
}

void export_server(napi_env env, napi_value exports) { export_function(env, exports, "serve", serve_forks); }
