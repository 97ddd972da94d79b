// Handing open descriptors to whoever has a ticket: SCM_RIGHTS over an abstract unix socket, unix(7).
//
// A thread of its own answers, so that a receiver can take a descriptor synchronously whatever JavaScript does in the
// process that offers it, be it the very same thread. Who asks must be of the same user and know the token, which
// travels only between processes that trust each other.
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { TOKEN_BYTES = 16, NAME_BYTES = 64, BACKLOG = 512 };
/** How long either side waits for the other, which has nothing to do in between. */
enum { PATIENCE_SECONDS = 1, CLAIM_SECONDS = 10 };

typedef struct offer {
  struct offer *next;
  uint8_t token[TOKEN_BYTES];
  int fd;
} offer;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static offer *offers;
static int listener = -1;
static char name[NAME_BYTES];

static socklen_t abstract_address(const char *text, struct sockaddr_un *address) {
  size_t length = strlen(text);
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  // The first byte of the path is zero: no file.
  memcpy(address->sun_path + 1, text, length);
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
}

static bool is_own_user(int fd) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
}

static void limit_waiting(int fd, time_t seconds) {
  struct timeval limit = {.tv_sec = seconds};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/** Takes an offer out of the list; -1 where there is none. The caller owns the descriptor. */
static int take_offer(const uint8_t *token) {
  int fd = -1;
  pthread_mutex_lock(&mutex);
  for (offer **link = &offers; *link != NULL; link = &(*link)->next) {
    offer *found = *link;
    if (memcmp(found->token, token, TOKEN_BYTES) != 0) continue;
    *link = found->next;
    fd = found->fd;
    free(found);
    break;
  }
  pthread_mutex_unlock(&mutex);
  return fd;
}

static void put_back(const uint8_t *token, int fd) {
  offer *again = calloc(1, sizeof *again);
  if (again == NULL) {
    close(fd);
    return;
  }
  memcpy(again->token, token, TOKEN_BYTES);
  again->fd = fd;
  pthread_mutex_lock(&mutex);
  again->next = offers;
  offers = again;
  pthread_mutex_unlock(&mutex);
}

static bool send_descriptor(int to, int fd) {
  uint8_t byte = 1;
  union {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  memset(&control, 0, sizeof control);
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return sendmsg(to, &message, MSG_NOSIGNAL) == 1;
}

static void *answer(void *data) {
  int socket = (int)(intptr_t)data;
  for (;;) {
    int asking = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
    if (asking < 0) {
      // Out of descriptors: those that were offered are many, and will be taken or withdrawn.
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) usleep(1000);
      continue;
    }
    uint8_t token[TOKEN_BYTES];
    limit_waiting(asking, PATIENCE_SECONDS);
    if (is_own_user(asking) && recv(asking, token, sizeof token, MSG_WAITALL) == (ssize_t)sizeof token) {
      int fd = take_offer(token);
      if (fd >= 0 && send_descriptor(asking, fd)) close(fd);
      // Who asked is gone: another may come, or it is withdrawn.
      else if (fd >= 0) put_back(token, fd);
    }
    close(asking);
  }
  return NULL;
}

/** Listens, and starts the thread. The mutex is held. */
static int start_listening(void) {
  uint64_t random;
  struct sockaddr_un address;
  if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) return errno;
  snprintf(name, sizeof name, "mp-exchange-%d-%016llx", (int)getpid(), (unsigned long long)random);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  socklen_t length = abstract_address(name, &address);
  int error = bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, BACKLOG) != 0 ? errno : 0;
  if (error == 0) {
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, mask;
    // Signals are for the threads that Node knows.
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 64 * 1024);
    pthread_sigmask(SIG_SETMASK, &all, &mask);
    error = pthread_create(&thread, &attributes, answer, (void *)(intptr_t)fd);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    pthread_attr_destroy(&attributes);
    // isForkSafe tells this thread from those that a fork must not lose by its name.
    if (error == 0) pthread_setname_np(thread, "mp-exchange");
  }
  if (error == 0) listener = fd;
  else close(fd);
  return error;
}

// offerDescriptor(fd, token: 16 bytes): the name by which others reach this process. A duplicate is offered.
static napi_value offer_descriptor(napi_env env, napi_callback_info info) {
  napi_value values[2], result = NULL;
  int32_t fd;
  uint8_t *token;
  size_t length;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &fd) ||
      !read_bytes(env, values[1], &token, &length))
    return NULL;
  if (length != TOKEN_BYTES) return throw_argument_error(env, "A token has 16 bytes.");
  offer *fresh = calloc(1, sizeof *fresh);
  if (fresh == NULL) return throw_system_error(env, "calloc", ENOMEM);
  fresh->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (fresh->fd < 0) {
    int error = errno;
    free(fresh);
    return throw_system_error(env, "fcntl(F_DUPFD_CLOEXEC)", error);
  }
  memcpy(fresh->token, token, TOKEN_BYTES);
  pthread_mutex_lock(&mutex);
  int error = listener < 0 ? start_listening() : 0;
  if (error == 0) {
    fresh->next = offers;
    offers = fresh;
  }
  pthread_mutex_unlock(&mutex);
  if (error != 0) {
    close(fresh->fd);
    free(fresh);
    return throw_system_error(env, "listen", error);
  }
  napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &result);
  return result;
}

// withdrawDescriptor(token): 1, or 0 where somebody has taken it
static napi_value withdraw_descriptor(napi_env env, napi_callback_info info) {
  napi_value value;
  uint8_t *token;
  size_t length;
  if (!read_arguments(env, info, 1, &value) || !read_bytes(env, value, &token, &length)) return NULL;
  if (length != TOKEN_BYTES) return throw_argument_error(env, "A token has 16 bytes.");
  int fd = take_offer(token);
  if (fd >= 0) close(fd);
  return make_int32(env, fd >= 0 ? 1 : 0);
}

// claimDescriptor(name, token): the descriptor, or -1 where it is not offered any more. Blocks until it is answered.
static napi_value claim_descriptor(napi_env env, napi_callback_info info) {
  napi_value values[2];
  char at[NAME_BYTES];
  uint8_t *token;
  size_t length;
  struct sockaddr_un address;
  if (!read_arguments(env, info, 2, values) || !read_string(env, values[0], at, sizeof at) ||
      !read_bytes(env, values[1], &token, &length))
    return NULL;
  if (length != TOKEN_BYTES) return throw_argument_error(env, "A token has 16 bytes.");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return throw_system_error(env, "socket", errno);
  limit_waiting(fd, CLAIM_SECONDS);
  socklen_t size = abstract_address(at, &address);
  uint8_t byte;
  union {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  ssize_t count = -1;
  const char *call = "connect";
  if (connect(fd, (struct sockaddr *)&address, size) == 0) {
    call = "send";
    if (!is_own_user(fd)) errno = EPERM;
    else if (send(fd, token, TOKEN_BYTES, MSG_NOSIGNAL) == TOKEN_BYTES) {
      call = "recvmsg";
      do count = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
      while (count < 0 && errno == EINTR);
    }
  }
  int error = errno;
  close(fd);
  // Whoever offered it is gone, or was before it answered.
  if (count < 0 && (error == ECONNREFUSED || error == ECONNRESET || error == EPIPE)) return make_int32(env, -1);
  if (count < 0) return throw_system_error(env, call, error == EAGAIN ? ETIMEDOUT : error);
  struct cmsghdr *header = count == 1 ? CMSG_FIRSTHDR(&message) : NULL;
  int received = -1;
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
    memcpy(&received, CMSG_DATA(header), sizeof received);
  else if (count == 1) return throw_system_error(env, "recvmsg", EMFILE);
  return make_int32(env, received);
}

void reset_exchange_after_fork(void) {
  // The thread is the parent's, and so is what it hands out: a copy must not keep it open. The mutex may have been held.
  pthread_mutex_init(&mutex, NULL);
  if (listener >= 0) close(listener);
  listener = -1;
  for (offer *one = offers; one != NULL; one = one->next) close(one->fd);
  offers = NULL;
}

void export_exchange(napi_env env, napi_value exports) {
  export_function(env, exports, "offerDescriptor", offer_descriptor);
  export_function(env, exports, "withdrawDescriptor", withdraw_descriptor);
  export_function(env, exports, "claimDescriptor", claim_descriptor);
}
