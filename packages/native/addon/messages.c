// Bytes together with open descriptors over a unix socket: sendmsg and recvmsg with SCM_RIGHTS, unix(7).
#include "addon.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// SCM_MAX_FD of Linux.
#define MAX_DESCRIPTORS 253

// sendMessage(fd, bytes, descriptors?: number[]): number of bytes, -1 where a non-blocking socket takes none
static napi_value send_message(napi_env env, napi_callback_info info) {
  napi_value values[3];
  int32_t fd;
  uint8_t *data;
  size_t length;
  uint32_t count = 0;
  union {
    char space[CMSG_SPACE(sizeof(int) * MAX_DESCRIPTORS)];
    struct cmsghdr align;
  } control;
  if (!read_arguments(env, info, 3, values) || !read_int32(env, values[0], &fd) ||
      !read_bytes(env, values[1], &data, &length))
    return NULL;
  if (!is_nullish(env, values[2]) &&
      (napi_get_array_length(env, values[2], &count) != napi_ok || count > MAX_DESCRIPTORS))
    return throw_argument_error(env, "A list of at most 253 descriptors is expected.");
  // Linux drops ancillary data that comes with no byte at all on a stream socket.
  if (count > 0 && length == 0) return throw_argument_error(env, "Descriptors need at least one byte to travel with.");
  struct iovec part = {.iov_base = data, .iov_len = length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int) * count)};
    for (uint32_t i = 0; i < count; i++) {
      napi_value element;
      int32_t descriptor;
      napi_get_element(env, values[2], i, &element);
      if (!read_int32(env, element, &descriptor)) return NULL;
      memcpy(CMSG_DATA(header) + i * sizeof(int), &descriptor, sizeof(int));
    }
  }
  ssize_t sent;
  do sent = sendmsg(fd, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0 && errno != EAGAIN) return throw_system_error(env, "sendmsg", errno);
  return make_double(env, (double)sent);
}

// receiveMessage(fd, bytes): [count, flags, ...descriptors]
// `count` is 0 at the end and -1 where a non-blocking socket has nothing; bit 0 of `flags`: the message was cut.
static napi_value receive_message(napi_env env, napi_callback_info info) {
  napi_value values[2], result;
  int32_t fd;
  uint8_t *data;
  size_t length;
  union {
    char space[CMSG_SPACE(sizeof(int) * MAX_DESCRIPTORS)];
    struct cmsghdr align;
  } control;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &fd) ||
      !read_bytes(env, values[1], &data, &length))
    return NULL;
  struct iovec part = {.iov_base = data, .iov_len = length};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  ssize_t received;
  do received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  while (received < 0 && errno == EINTR);
  if (received < 0 && errno != EAGAIN) return throw_system_error(env, "recvmsg", errno);
  napi_create_array(env, &result);
  napi_set_element(env, result, 0, make_double(env, (double)received));
  napi_set_element(env, result, 1, make_int32(env, received >= 0 && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ? 1 : 0));
  if (received < 0) return result;
  uint32_t position = 2;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      napi_set_element(env, result, position++, make_int32(env, descriptor));
    }
  }
  return result;
}

void export_messages(napi_env env, napi_value exports) {
  export_function(env, exports, "sendMessage", send_message);
  export_function(env, exports, "receiveMessage", receive_message);
}
