// File descriptors: making, reading, writing, waiting. Every descriptor made here is close-on-exec.
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

// createPipe(): [read: number, write: number]
static napi_value create_pipe(napi_env env, napi_callback_info info) {
  (void)info;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return throw_system_error(env, "pipe2", errno);
  return make_pair(env, ends[0], ends[1]);
}

// createSocketPair(packets: number): [number, number]: SOCK_SEQPACKET where packets is 1, else SOCK_STREAM
static napi_value create_socket_pair(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t packets;
  int ends[2];
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &packets)) return NULL;
  int type = packets ? SOCK_SEQPACKET : SOCK_STREAM;
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) return throw_system_error(env, "socketpair", errno);
  return make_pair(env, ends[0], ends[1]);
}

// createEventDescriptor(): number, a non-blocking eventfd
static napi_value create_event_descriptor(napi_env env, napi_callback_info info) {
  (void)info;
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return throw_system_error(env, "eventfd", errno);
  return make_int32(env, fd);
}

// read(fd, bytes): number of bytes, 0 at the end, -1 where a non-blocking descriptor has none
static napi_value read_descriptor(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t fd;
  uint8_t *data;
  size_t length;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &fd) ||
      !read_bytes(env, values[1], &data, &length))
    return NULL;
  ssize_t count;
  do count = read(fd, data, length);
  while (count < 0 && errno == EINTR);
  if (count < 0 && errno != EAGAIN) return throw_system_error(env, "read", errno);
  return make_double(env, (double)count);
}

// write(fd, bytes): number of bytes, -1 where a non-blocking descriptor takes none
static napi_value write_descriptor(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t fd;
  uint8_t *data;
  size_t length;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &fd) ||
      !read_bytes(env, values[1], &data, &length))
    return NULL;
  ssize_t count;
  // Node ignores SIGPIPE, so a reader that is gone is EPIPE here.
  do count = write(fd, data, length);
  while (count < 0 && errno == EINTR);
  if (count < 0 && errno != EAGAIN) return throw_system_error(env, "write", errno);
  return make_double(env, (double)count);
}

// close(fd)
static napi_value close_descriptor(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t fd;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &fd)) return NULL;
  // On Linux the descriptor is gone even when close reports EINTR.
  if (close(fd) != 0 && errno != EINTR) return throw_system_error(env, "close", errno);
  return NULL;
}

// duplicate(fd): number
static napi_value duplicate_descriptor(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t fd;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &fd)) return NULL;
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return throw_system_error(env, "fcntl(F_DUPFD_CLOEXEC)", errno);
  return make_int32(env, copy);
}

// duplicateTo(fd, target): makes `target` another name of `fd`, inherited over exec as standard streams must be
static napi_value duplicate_to(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t fd, target;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &fd) ||
      !read_int32(env, values[1], &target))
    return NULL;
  if (dup2(fd, target) < 0) return throw_system_error(env, "dup2", errno);
  return NULL;
}

static napi_value change_flag(napi_env env, napi_callback_info info, int get, int set, int flag, const char *call) {
  napi_value values[2];
  int32_t fd, on;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &fd) || !read_int32(env, values[1], &on))
    return NULL;
  int flags = fcntl(fd, get);
  if (flags < 0 || fcntl(fd, set, on ? flags | flag : flags & ~flag) < 0) return throw_system_error(env, call, errno);
  return NULL;
}

// setCloseOnExec(fd, on: number)
static napi_value set_close_on_exec(napi_env env, napi_callback_info info) {
  return change_flag(env, info, F_GETFD, F_SETFD, FD_CLOEXEC, "fcntl(F_SETFD)");
}

// setNonBlocking(fd, on: number)
static napi_value set_non_blocking(napi_env env, napi_callback_info info) {
  return change_flag(env, info, F_GETFL, F_SETFL, O_NONBLOCK, "fcntl(F_SETFL)");
}

// poll(entries: Int32Array of [fd, events, revents]…, timeoutMs): number of ready ones; fills in revents
static napi_value poll_descriptors(napi_env env, napi_callback_info info) {
  napi_value values[2];
  napi_value buffer;
  napi_typedarray_type type;
  size_t length, offset;
  void *start;
  int32_t timeout;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[1], &timeout)) return NULL;
  if (napi_get_typedarray_info(env, values[0], &type, &length, &start, &buffer, &offset) != napi_ok ||
      type != napi_int32_array || length % 3 != 0)
    return throw_argument_error(env, "An Int32Array of [descriptor, events, result] is expected.");
  int32_t *entries = start;
  size_t count = length / 3;
  struct pollfd *set = calloc(count ? count : 1, sizeof *set);
  if (set == NULL) return throw_system_error(env, "calloc", ENOMEM);
  for (size_t i = 0; i < count; i++) set[i] = (struct pollfd){.fd = entries[3 * i], .events = (short)entries[3 * i + 1]};
  int ready = poll(set, count, timeout);
  int error = errno;
  for (size_t i = 0; i < count; i++) entries[3 * i + 2] = set[i].revents;
  free(set);
  if (ready < 0 && error != EINTR) return throw_system_error(env, "poll", error);
  return make_int32(env, ready < 0 ? 0 : ready);
}

void export_descriptors(napi_env env, napi_value exports) {
  export_function(env, exports, "createPipe", create_pipe);
  export_function(env, exports, "createSocketPair", create_socket_pair);
  export_function(env, exports, "createEventDescriptor", create_event_descriptor);
  export_function(env, exports, "read", read_descriptor);
  export_function(env, exports, "write", write_descriptor);
  export_function(env, exports, "close", close_descriptor);
  export_function(env, exports, "duplicate", duplicate_descriptor);
  export_function(env, exports, "duplicateTo", duplicate_to);
  export_function(env, exports, "setCloseOnExec", set_close_on_exec);
  export_function(env, exports, "setNonBlocking", set_non_blocking);
  export_function(env, exports, "poll", poll_descriptors);
}
