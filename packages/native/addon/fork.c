// A real copy of the calling process.
#include "fork.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

// uv_handle_type of libuv 1.x, whose order is part of its ABI.
enum { FS_EVENT = 3, FS_POLL = 4, NAMED_PIPE = 7, POLL = 8, PROCESS = 10, TCP = 12, TTY = 14, UDP = 15, SIGNAL = 16 };

// The beginning of uv_loop_t, unchanged since libuv 1.0: the number of requests that are under way.
typedef struct {
  void *data;
  unsigned int active_handles;
  void *handle_queue[2];
  union {
    void *unused;
    unsigned int count;
  } active_reqs;
} loop_head;

extern void uv_walk(uv_loop_t *loop, void (*visit)(uv_handle_t *handle, void *data), void *data);
extern int uv_handle_get_type(const uv_handle_t *handle);
extern const char *uv_handle_type_name(int type);
extern int uv_fileno(const uv_handle_t *handle, int *fd);
extern int uv_is_active(const uv_handle_t *handle);
extern int uv_has_ref(const uv_handle_t *handle);
extern int uv_is_closing(const uv_handle_t *handle);
extern void uv_unref(uv_handle_t *handle);
extern int uv_fs_event_stop(uv_handle_t *handle);
extern int uv_fs_poll_stop(uv_handle_t *handle);
extern void uv_update_time(uv_loop_t *loop);

// Reads a whole file of /proc: it must be read in one go to be consistent, so the buffer grows and starts again.
static char *read_all(const char *path, size_t *length) {
  for (size_t size = 256 * 1024;; size *= 2) {
    // Not malloc: the buffer must not move the heap whose mappings are being read.
    char *text = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (text == MAP_FAILED) return NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t count = -1;
    while (fd >= 0 && used < size && (count = read(fd, text + used, size - used)) > 0) used += (size_t)count;
    int error = errno;
    if (fd >= 0) close(fd);
    if (fd >= 0 && count == 0) {
      *length = used;
      return text;
    }
    munmap(text, size);
    errno = error;
    if (fd < 0 || count < 0) return NULL;
  }
}

int allow_copying(void) {
  size_t length = 0;
  char *text = read_all("/proc/self/maps", &length);
  if (text == NULL) return errno;
  // A line is `start-end rwxp …`; only private mappings can be copied on write.
  for (char *line = text, *end = text + length; line < end;) {
    char *rest;
    uintptr_t start = strtoul(line, &rest, 16);
    uintptr_t stop = strtoul(rest + 1, &rest, 16);
    // The kernel's own pages refuse; they are copied anyhow.
    if (rest[4] == 'p') madvise((void *)start, stop - start, MADV_DOFORK);
    char *newline = memchr(rest, '\n', (size_t)(end - rest));
    if (newline == NULL) break;
    line = newline + 1;
  }
  munmap(text, (length / (256 * 1024) + 1) * 256 * 1024);
  return 0;
}

static bool has_descriptor(int type) {
  return type == TCP || type == NAMED_PIPE || type == TTY || type == UDP || type == POLL;
}

static void replace_descriptor(uv_handle_t *handle, void *inert) {
  int fd;
  if (!has_descriptor(uv_handle_get_type(handle)) || uv_fileno(handle, &fd) != 0) return;
  // Standard output and error are the child's too, as after any fork.
  if (fd != STDOUT_FILENO && fd != STDERR_FILENO) dup3(*(int *)inert, fd, fd > STDERR_FILENO ? O_CLOEXEC : 0);
}

static void retire_handle(uv_handle_t *handle, void *data) {
  (void)data;
  int type = uv_handle_get_type(handle);
  if (uv_is_closing(handle)) return;
  if (type == FS_EVENT) uv_fs_event_stop(handle);
  if (type == FS_POLL) uv_fs_poll_stop(handle);
  if (has_descriptor(type) || type == FS_EVENT || type == FS_POLL || type == PROCESS || type == SIGNAL)
    uv_unref(handle);
}

pid_t copy_process(uv_loop_t *loop, bool silence) {
  sigset_t all, before;
  // A signal that came before the child has a signal pipe of its own would be told to the parent.
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t pid = fork();
  int error = errno;
  if (pid == 0) {
    if (silence) {
      // A timer that is never set is the one descriptor that epoll accepts and that is never ready for anything.
      int inert = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
      if (inert < 0) _exit(127);
      uv_walk(loop, replace_descriptor, &inert);
      close(inert);
    }
    if (uv_loop_fork(loop) != 0) _exit(127);
    // Only now: before, the kernel's watch lists were still shared with the parent.
    if (silence) {
      uv_walk(loop, retire_handle, NULL);
      // Writes that the parent has under way: on inert descriptors they never end, and would keep the child alive.
      ((loop_head *)loop)->active_reqs.count = 0;
    }
    uv_update_time(loop);
    reset_waiters_after_fork();
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return pid;
}

// forkProcess(deathSignal): the pid, 0 in the child
static napi_value fork_process(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t signal;
  uv_loop_t *loop;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &signal)) return NULL;
  if (napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop) != napi_ok)
    return throw_system_error(env, "napi_get_uv_event_loop", EINVAL);
  int error = allow_copying();
  if (error != 0) return throw_system_error(env, "madvise(MADV_DOFORK)", error);
  pid_t parent = getpid();
  pid_t pid = copy_process(loop, true);
  if (pid < 0) return throw_system_error(env, "fork", errno);
  if (pid == 0 && signal != 0) {
    prctl(PR_SET_PDEATHSIG, signal);
    if (getppid() != parent) _exit(127);
  }
  return make_int32(env, pid);
}

// countRequests(): the requests of this thread's loop that are under way, in the thread pool or on streams
static napi_value count_requests(napi_env env, napi_callback_info info) {
  (void)info;
  uv_loop_t *loop;
  if (napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop) != napi_ok)
    return throw_system_error(env, "napi_get_uv_event_loop", EINVAL);
  return make_int32(env, (int32_t)((loop_head *)loop)->active_reqs.count);
}

// areThreadsAsleep(): whether every other thread of this process is waiting for something.
// One that runs may hold a lock, of V8's task queue or of the allocator, which the child would find held for ever.
static napi_value are_threads_asleep(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result;
  bool asleep = true;
  long self = syscall(SYS_gettid);
  DIR *tasks = opendir("/proc/self/task");
  if (tasks == NULL) return throw_system_error(env, "opendir(/proc/self/task)", errno);
  for (struct dirent *entry; asleep && (entry = readdir(tasks)) != NULL;) {
    char path[64], text[128];
    long thread = strtol(entry->d_name, NULL, 10);
    if (thread == 0 || thread == self) continue;
    snprintf(path, sizeof path, "/proc/self/task/%ld/stat", thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    char *state = strrchr(text, ')');
    asleep = state == NULL || state[1] == '\0' || state[2] == 'S';
  }
  closedir(tasks);
  napi_get_boolean(env, asleep, &result);
  return result;
}

typedef struct {
  napi_env env;
  napi_value list;
  uint32_t count;
} listing;

static void list_handle(uv_handle_t *handle, void *data) {
  listing *into = data;
  int type = uv_handle_get_type(handle), fd = -1;
  if (!uv_is_active(handle) || uv_is_closing(handle)) return;
  if (has_descriptor(type)) uv_fileno(handle, &fd);
  napi_value entry, name;
  napi_create_array_with_length(into->env, 3, &entry);
  napi_create_string_utf8(into->env, uv_handle_type_name(type), NAPI_AUTO_LENGTH, &name);
  napi_set_element(into->env, entry, 0, name);
  napi_set_element(into->env, entry, 1, make_int32(into->env, fd));
  napi_set_element(into->env, entry, 2, make_int32(into->env, uv_has_ref(handle)));
  napi_set_element(into->env, into->list, into->count++, entry);
}

// listHandles(): [type: string, descriptor or -1, has a reference: 0 | 1][] of the active handles of this loop
static napi_value list_handles(napi_env env, napi_callback_info info) {
  (void)info;
  uv_loop_t *loop;
  listing into = {.env = env};
  if (napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop) != napi_ok)
    return throw_system_error(env, "napi_get_uv_event_loop", EINVAL);
  napi_create_array(env, &into.list);
  uv_walk(loop, list_handle, &into);
  return into.list;
}

void export_fork(napi_env env, napi_value exports) {
  export_function(env, exports, "forkProcess", fork_process);
  export_function(env, exports, "countRequests", count_requests);
  export_function(env, exports, "areThreadsAsleep", are_threads_asleep);
  export_function(env, exports, "listHandles", list_handles);
}
