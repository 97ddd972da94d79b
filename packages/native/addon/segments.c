// Which files of shared memory an environment has open: a worker thread that is terminated runs no JavaScript any more,
// and its process would keep them open for good.
#include "addon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct segment {
  struct segment *next;
  int fd;
  char path[];
};

// As src/shared-memory/files.ts has it: the execute bit says that a file stays, an access in the future that somebody is
// on the way to it.
#define PERSISTENT_BIT 0100

static void close_segment(const char *path, int fd) {
  struct stat status;
  bool removable = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == getuid() &&
                   status.st_nlink > 0 && (status.st_mode & PERSISTENT_BIT) == 0 && status.st_atime <= time(NULL) &&
                   flock(fd, LOCK_EX | LOCK_NB) == 0;
  // Looked at again: whoever held the lock before may have removed it.
  if (removable && fstat(fd, &status) == 0 && status.st_nlink > 0) unlink(path);
  close(fd);
}

// Reads the arguments of both functions: a descriptor and the path of its file. On failure an exception is pending.
static bool read_file(napi_env env, napi_callback_info info, int32_t *fd, char *path, size_t size) {
  napi_value values[2];
  return read_arguments(env, info, 2, values) && read_int32(env, values[0], fd) && read_string(env, values[1], path, size);
}

// keepFile(fd, path): it is closed with the environment, and removed if nobody else has it open
static napi_value keep_file(napi_env env, napi_callback_info info) {
  int32_t fd;
  char path[512];
  if (!read_file(env, info, &fd, path, sizeof path)) return NULL;
  size_t length = strlen(path) + 1;
  struct segment *one = malloc(sizeof *one + length);
  if (one == NULL) return throw_system_error(env, "malloc", ENOMEM);
  one->fd = fd;
  memcpy(one->path, path, length);
  environment *self = environment_of(env);
  one->next = self->segments;
  self->segments = one;
  return NULL;
}

static void forget_file(environment *self, int fd) {
  for (struct segment **at = &self->segments; *at != NULL; at = &(*at)->next) {
    struct segment *one = *at;
    if (one->fd != fd) continue;
    *at = one->next;
    free(one);
    return;
  }
}

// closeFile(fd, path): closes it, and removes it if nobody else has it open and it is not to stay
static napi_value close_file(napi_env env, napi_callback_info info) {
  int32_t fd;
  char path[512];
  if (!read_file(env, info, &fd, path, sizeof path)) return NULL;
  forget_file(environment_of(env), fd);
  close_segment(path, fd);
  return NULL;
}

void end_segments(environment *self) {
  while (self->segments != NULL) {
    struct segment *one = self->segments;
    self->segments = one->next;
    close_segment(one->path, one->fd);
    free(one);
  }
}

void export_segments(napi_env env, napi_value exports) {
  export_function(env, exports, "keepFile", keep_file);
  export_function(env, exports, "closeFile", close_file);
}
