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

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

// uv_handle_type of libuv 1.x, whose order is part of its ABI.
enum { FS_EVENT = 3, FS_POLL = 4, NAMED_PIPE = 7, POLL = 8, PROCESS = 10, TCP = 12, TTY = 14, UDP = 15, SIGNAL = 16 };

// The beginning of uv_loop_t, a public structure that libuv 1.x cannot change. `has_known_layout` makes sure.
typedef struct uv_queue {
  struct uv_queue *next;
  struct uv_queue *previous;
} uv_queue;

typedef struct {
  void *data;
  unsigned int active_handles;
  uv_queue handle_queue;
  union {
    void *unused;
    unsigned int count;
  } active_reqs;
  void *internal_fields;
  unsigned int stop_flag;
  unsigned long flags;
  int backend_fd;
  /** Descriptors that are to be looked at without waiting. */
  uv_queue pending_queue;
  uv_queue watcher_queue;
  void **watchers;
  unsigned int nwatchers;
  unsigned int nfds;
  /** What the thread pool has done and this thread was not yet told of. */
  uv_queue wq;
} loop_head;

extern void uv_walk(uv_loop_t *loop, void (*visit)(uv_handle_t *handle, void *data), void *data);
extern int uv_handle_get_type(const uv_handle_t *handle);
extern const char *uv_handle_type_name(int type);
extern int uv_fileno(const uv_handle_t *handle, int *fd);
extern int uv_is_active(const uv_handle_t *handle);
extern int uv_has_ref(const uv_handle_t *handle);
extern int uv_backend_fd(const uv_loop_t *loop);
extern int uv_is_closing(const uv_handle_t *handle);
extern void uv_ref(uv_handle_t *handle);
extern void uv_unref(uv_handle_t *handle);
extern int uv_fs_event_stop(uv_handle_t *handle);
extern int uv_fs_poll_stop(uv_handle_t *handle);
extern int uv_poll_stop(uv_handle_t *handle);
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
  // This very round of the loop may have found it ready, and would call back in the child: to fork once more, for one.
  if (type == POLL) uv_poll_stop(handle);
  if (has_descriptor(type) || type == FS_EVENT || type == FS_POLL || type == PROCESS || type == SIGNAL)
    uv_unref(handle);
}

static bool has_known_layout(uv_loop_t *loop) { return ((loop_head *)loop)->backend_fd == uv_backend_fd(loop); }

/** Empties a list, so that each entry is one of its own, as libuv has entries that are on no list. */
static void unlink_all(uv_queue *list) {
  while (list->next != list) {
    uv_queue *entry = list->next;
    list->next = entry->next;
    entry->next->previous = list;
    entry->next = entry->previous = entry;
  }
}

/** Drops, in a child, what its parent had under way: none of it ends there, or keeps the child alive. */
static void drop_requests(loop_head *loop) {
  loop->active_reqs.count = 0;
  unlink_all(&loop->pending_queue);
  unlink_all(&loop->wq);
}

/** The signals that were blocked before the last fork of a silenced child. */
static sigset_t signals_before;

pid_t copy_process(uv_loop_t *loop, bool silence) {
  sigset_t all;
  // A signal that came before the child has a signal pipe of its own would be told to the parent.
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &signals_before);
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
      drop_requests((loop_head *)loop);
    }
    uv_update_time(loop);
    reset_waiters_after_fork();
    reset_exchange_after_fork();
    stop_waiting_for_workers();
  }
  // A silenced child has handlers of its parent's until JavaScript has removed them, and lets signals in after that.
  if (pid != 0 || !silence) pthread_sigmask(SIG_SETMASK, &signals_before, NULL);
  errno = error;
  return pid;
}

// forkProcess(deathSignal): the pid; 0 in the child, where all signals wait until `acceptSignals`
static napi_value fork_process(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t signal;
  uv_loop_t *loop;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &signal)) return NULL;
  if (napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop) != napi_ok)
    return throw_system_error(env, "napi_get_uv_event_loop", EINVAL);
  if (!has_known_layout(loop)) return throw_system_error(env, "uv_backend_fd", ENOTSUP);
  int error = allow_copying();
  if (error != 0) return throw_system_error(env, "madvise(MADV_DOFORK)", error);
  pid_t parent = getpid();
  pid_t pid = copy_process(loop, true);
  if (pid < 0) return throw_system_error(env, "fork", errno);
  if (pid == 0) forget_report();
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

// acceptSignals(): lets the signals in that a silenced child has kept waiting
static napi_value accept_signals(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  pthread_sigmask(SIG_SETMASK, &signals_before, NULL);
  return NULL;
}

static bool is_waiting_call(long call) {
  switch (call) {
    case SYS_futex:
    case SYS_epoll_pwait:
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
#ifdef SYS_epoll_pwait2
    case SYS_epoll_pwait2:
#endif
    case SYS_futex_waitv:
    // The thread that hands descriptors out.
    case SYS_accept4:
      return true;
    default:
      return false;
  }
}

static void note_closing(uv_handle_t *handle, void *found) {
  if (uv_is_closing(handle)) *(bool *)found = true;
}

// isQuiet(): whether every other thread waits for something to do, and no handle of this loop is half closed.
// A thread that works may hold a lock, of the allocator or of a queue of V8's, which a child would find held for ever.
// What a thread waits in is told by /proc: a pool's idle thread in futex, a loop's in epoll, and one that resolves a
// name or reads a pipe in something else.
static napi_value is_quiet(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result;
  uv_loop_t *loop;
  bool quiet = true, closing = false;
  if (napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop) != napi_ok)
    return throw_system_error(env, "napi_get_uv_event_loop", EINVAL);
  uv_walk(loop, note_closing, &closing);
  long self = syscall(SYS_gettid);
  DIR *tasks = closing ? NULL : opendir("/proc/self/task");
  if (tasks == NULL && !closing) return throw_system_error(env, "opendir(/proc/self/task)", errno);
  for (struct dirent *entry; tasks != NULL && quiet && (entry = readdir(tasks)) != NULL;) {
    char path[64], text[128];
    long thread = strtol(entry->d_name, NULL, 10);
    if (thread == 0 || thread == self) continue;
    snprintf(path, sizeof path, "/proc/self/task/%ld/syscall", thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) continue;
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    text[length > 0 ? length : 0] = '\0';
    // "running", or the number of the call.
    char *end = text;
    long call = strtol(text, &end, 10);
    quiet = end != text && is_waiting_call(call);
  }
  if (tasks != NULL) closedir(tasks);
  napi_get_boolean(env, quiet && !closing, &result);
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

static void reference_socket(uv_handle_t *handle, void *on) {
  int type = uv_handle_get_type(handle);
  if (uv_is_closing(handle) || (type != TCP && type != NAMED_PIPE && type != TTY && type != UDP)) return;
  if (*(bool *)on) uv_ref(handle);
  else uv_unref(handle);
}

// referenceSockets(on): makes all sockets of this loop keep it alive, or none. For a fresh child, in which none is its own.
static napi_value reference_sockets(napi_env env, napi_callback_info info) {
  napi_value value;
  bool on;
  uv_loop_t *loop;
  if (!read_arguments(env, info, 1, &value)) return NULL;
  if (napi_get_value_bool(env, value, &on) != napi_ok) return throw_argument_error(env, "Expected a boolean.");
  if (napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop) != napi_ok)
    return throw_system_error(env, "napi_get_uv_event_loop", EINVAL);
  uv_walk(loop, reference_socket, &on);
  return NULL;
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
  export_function(env, exports, "acceptSignals", accept_signals);
  export_function(env, exports, "countRequests", count_requests);
  export_function(env, exports, "isQuiet", is_quiet);
  export_function(env, exports, "referenceSockets", reference_sockets);
  export_function(env, exports, "listHandles", list_handles);
}
