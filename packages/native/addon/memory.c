// Shared memory: files that live in memory alone, and their mapping as an ArrayBuffer.
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// reserveSpace(fd, size): sets the size and takes the memory for it at once.
// ftruncate alone succeeds on a full /dev/shm, and the first touch is SIGBUS.
static int reserve(int fd, off_t size) {
  int error;
  do error = posix_fallocate(fd, 0, size);
  while (error == EINTR);
  return error;
}

// createAnonymous(name, size): descriptor of a memfd whose size nobody can change any more
static napi_value create_anonymous(napi_env env, napi_callback_info info) {
  napi_value values[2];
  char name[250];
  int64_t size;
  if (!read_arguments(env, info, 2, values) || !read_string(env, values[0], name, sizeof name) ||
      !read_int64(env, values[1], &size))
    return NULL;
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return throw_system_error(env, "memfd_create", errno);
  int error = reserve(fd, size);
  // Who shrinks a mapped file makes its other users die of SIGBUS.
  if (error == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) error = errno;
  if (error == 0) return make_int32(env, fd);
  close(fd);
  return throw_system_error(env, "posix_fallocate", error);
}

// createNamed(path, size, mode): descriptor of a new file in /dev/shm, with a shared flock on it.
// The file gets its name when it is complete and locked, so that nobody ever sees half of one.
static napi_value create_named(napi_env env, napi_callback_info info) {
  napi_value values[3];
  char path[512], link[64];
  int64_t size;
  int32_t mode;
  if (!read_arguments(env, info, 3, values) || !read_string(env, values[0], path, sizeof path) ||
      !read_int64(env, values[1], &size) || !read_int32(env, values[2], &mode))
    return NULL;
  int fd = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return throw_system_error(env, "open(/dev/shm, O_TMPFILE)", errno);
  int error = reserve(fd, size);
  const char *call = "posix_fallocate";
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (error == 0 && (fchmod(fd, (mode_t)mode) != 0 || flock(fd, LOCK_SH | LOCK_NB) != 0)) {
    error = errno;
    call = "flock";
  }
  // Linux 6.10 lets who opened the file name it directly, others only who may read everything; /proc is the long way.
  if (error == 0 && linkat(fd, "", AT_FDCWD, path, AT_EMPTY_PATH) != 0 &&
      (errno == EEXIST || linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) != 0)) {
    error = errno;
    call = "linkat";
  }
  if (error == 0) return make_int32(env, fd);
  close(fd);
  return throw_system_error(env, call, error);
}

// openNamed(path): descriptor of a file in /dev/shm with a shared flock on it, -1 where there is none
static napi_value open_named(napi_env env, napi_callback_info info) {
  napi_value value;
  char path[512];
  struct stat status;
  if (!read_arguments(env, info, 1, &value) || !read_string(env, value, path, sizeof path)) return NULL;
  int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return errno == ENOENT ? make_int32(env, -1) : throw_system_error(env, "open", errno);
  int result;
  // Waits only while somebody decides whether to remove the file, which takes no longer than one system call.
  do result = flock(fd, LOCK_SH);
  while (result != 0 && errno == EINTR);
  if (result == 0 && fstat(fd, &status) == 0 && status.st_nlink > 0) return make_int32(env, fd);
  int error = errno;
  close(fd);
  return result == 0 ? make_int32(env, -1) : throw_system_error(env, "flock", error);
}

// takeIfUnused(fd): whether no other open file description holds a lock, as 0 or 1; it is then locked exclusively
static napi_value take_if_unused(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t fd;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &fd)) return NULL;
  int result;
  do result = flock(fd, LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR);
  if (result == 0) return make_int32(env, 1);
  return errno == EWOULDBLOCK ? make_int32(env, 0) : throw_system_error(env, "flock", errno);
}

// openUnlocked(path): descriptor of an existing file for the sweep, -1 where it is gone or not ours
static napi_value open_unlocked(napi_env env, napi_callback_info info) {
  napi_value value;
  char path[512];
  if (!read_arguments(env, info, 1, &value) || !read_string(env, value, path, sizeof path)) return NULL;
  return make_int32(env, open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

// describe(fd): [size, mode, links, owner]
static napi_value describe(napi_env env, napi_callback_info info) {
  napi_value value, result;
  int32_t fd;
  struct stat status;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &fd)) return NULL;
  if (fstat(fd, &status) != 0) return throw_system_error(env, "fstat", errno);
  napi_create_array_with_length(env, 4, &result);
  napi_set_element(env, result, 0, make_double(env, (double)status.st_size));
  napi_set_element(env, result, 1, make_int32(env, (int32_t)status.st_mode));
  napi_set_element(env, result, 2, make_int32(env, (int32_t)status.st_nlink));
  napi_set_element(env, result, 3, make_double(env, (double)status.st_uid));
  return result;
}

typedef struct {
  void *address;
  size_t length;
} mapping;

static void on_buffer_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)data;
  mapping *self = hint;
  if (self->address != NULL) munmap(self->address, self->length);
  free(self);
}

// map(fd): [ArrayBuffer, mapping] of all of the file. The descriptor may be closed right after.
static napi_value map_memory(napi_env env, napi_callback_info info) {
  napi_value value, buffer, handle, result;
  int32_t fd;
  struct stat file;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &fd)) return NULL;
  if (fstat(fd, &file) != 0) return throw_system_error(env, "fstat", errno);
  mapping *self = malloc(sizeof *self);
  if (self == NULL) return throw_system_error(env, "malloc", ENOMEM);
  self->length = (size_t)file.st_size;
  self->address = mmap(NULL, self->length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (self->address == MAP_FAILED) {
    int error = errno;
    free(self);
    return throw_system_error(env, "mmap", error);
  }
  // The buffer's finalizer owns the mapping; the handle below lives no longer than the buffer, which TypeScript keeps.
  napi_status status = napi_create_external_arraybuffer(env, self->address, self->length, on_buffer_collected, self, &buffer);
  if (status != napi_ok) {
    munmap(self->address, self->length);
    free(self);
    return throw_system_error(env, "napi_create_external_arraybuffer", ENOTSUP);
  }
  napi_create_external(env, self, NULL, NULL, &handle);
  napi_create_array_with_length(env, 2, &result);
  napi_set_element(env, result, 0, buffer);
  napi_set_element(env, result, 1, handle);
  return result;
}

// unmap(buffer, mapping): detaches the buffer, so that no view can reach the memory, then unmaps it
static napi_value unmap_memory(napi_env env, napi_callback_info info) {
  napi_value values[2];
  void *data;
  bool detached = false;
  if (!read_arguments(env, info, 2, values)) return NULL;
  if (napi_get_value_external(env, values[1], &data) != napi_ok) return throw_argument_error(env, "A mapping is expected.");
  mapping *self = data;
  napi_is_detached_arraybuffer(env, values[0], &detached);
  // `ArrayBuffer.prototype.transfer` moved the memory to another buffer: its collection unmaps it.
  if (detached || self->address == NULL) return NULL;
  void *address = self->address;
  size_t length = self->length;
  self->address = NULL;
  // Frees `self` when the buffer's backing store is released, which may be during this call.
  if (napi_detach_arraybuffer(env, values[0]) != napi_ok) {
    self->address = address;
    return throw_argument_error(env, "The buffer cannot be detached.");
  }
  cancel_waits_within(address, length);
  munmap(address, length);
  return NULL;
}

void export_memory(napi_env env, napi_value exports) {
  export_function(env, exports, "createAnonymous", create_anonymous);
  export_function(env, exports, "createNamed", create_named);
  export_function(env, exports, "openNamed", open_named);
  export_function(env, exports, "openUnlocked", open_unlocked);
  export_function(env, exports, "takeIfUnused", take_if_unused);
  export_function(env, exports, "describe", describe);
  export_function(env, exports, "map", map_memory);
  export_function(env, exports, "unmap", unmap_memory);
}
