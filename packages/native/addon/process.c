// Processes: waiting, signalling without the risk of a reused pid, groups, the signal at a parent's death, processors.
#include "fork.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

// glibc has wrappers of these since 2.36 only.
static int open_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// pidfdOpen(pid): number
static napi_value pidfd_open_process(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t pid;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &pid)) return NULL;
  int fd = open_pidfd(pid);
  if (fd < 0) return throw_system_error(env, "pidfd_open", errno);
  return make_int32(env, fd);
}

// pidfdSendSignal(pidfd, signal): boolean as 0 or 1: whether the process was still there
static napi_value pidfd_send_signal(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t fd, signal;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &fd) || !read_int32(env, values[1], &signal))
    return NULL;
  if (syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) == 0) return make_int32(env, 1);
  if (errno == ESRCH) return make_int32(env, 0);
  return throw_system_error(env, "pidfd_send_signal", errno);
}

// [pid, code, signal], -1 for what does not apply
static napi_value make_exit(napi_env env, pid_t pid, int status) {
  napi_value result;
  napi_create_array_with_length(env, 3, &result);
  napi_set_element(env, result, 0, make_int32(env, pid));
  napi_set_element(env, result, 1, make_int32(env, WIFEXITED(status) ? WEXITSTATUS(status) : -1));
  napi_set_element(env, result, 2, make_int32(env, WIFSIGNALED(status) ? WTERMSIG(status) : -1));
  return result;
}

// waitProcess(pid, block: number): [pid, code, signal] | undefined while it runs
static napi_value wait_process(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t pid, block;
  int status = 0;
  pid_t ended;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &pid) || !read_int32(env, values[1], &block))
    return NULL;
  do ended = waitpid(pid, &status, block ? 0 : WNOHANG);
  while (ended < 0 && errno == EINTR);
  if (ended < 0) return throw_system_error(env, "waitpid", errno);
  return ended == 0 ? make_undefined(env) : make_exit(env, ended, status);
}

// waitPidfd(pidfd): [pid, code, signal] | undefined while it runs. Only for a child of this process; reaps it.
static napi_value wait_pidfd(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t fd;
  siginfo_t exited;
  int result;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &fd)) return NULL;
  memset(&exited, 0, sizeof exited);
  do result = waitid((idtype_t)P_PIDFD, (id_t)fd, &exited, WEXITED | WNOHANG);
  while (result != 0 && errno == EINTR);
  if (result != 0) return throw_system_error(env, "waitid", errno);
  if (exited.si_pid == 0) return make_undefined(env);
  int status = exited.si_code == CLD_EXITED ? exited.si_status << 8 : exited.si_status & 0x7f;
  return make_exit(env, exited.si_pid, status);
}

// setDeathSignal(signal, parent): arms PR_SET_PDEATHSIG, and answers 0 where `parent` was gone before that, else 1.
// The signal comes at the death of the *thread* that made this process, prctl(2).
static napi_value set_death_signal(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t signal, parent;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &signal) ||
      !read_int32(env, values[1], &parent))
    return NULL;
  if (prctl(PR_SET_PDEATHSIG, signal) != 0) return throw_system_error(env, "prctl(PR_SET_PDEATHSIG)", errno);
  return make_int32(env, getppid() == parent);
}

// setProcessGroup(pid, group)
static napi_value set_process_group(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t pid, group;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &pid) || !read_int32(env, values[1], &group))
    return NULL;
  if (setpgid(pid, group) != 0) return throw_system_error(env, "setpgid", errno);
  return NULL;
}

// createSession(): number, the id of the new session
static napi_value create_session(napi_env env, napi_callback_info info) {
  (void)info;
  pid_t session = setsid();
  if (session < 0) return throw_system_error(env, "setsid", errno);
  return make_int32(env, session);
}

// getProcessGroup(pid): number
static napi_value get_process_group(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t pid;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &pid)) return NULL;
  pid_t group = getpgid(pid);
  if (group < 0) return throw_system_error(env, "getpgid", errno);
  return make_int32(env, group);
}

// getProcessIds(): [pid, parent, thread], as the kernel has them now
static napi_value get_process_ids(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result;
  napi_create_array_with_length(env, 3, &result);
  napi_set_element(env, result, 0, make_int32(env, getpid()));
  napi_set_element(env, result, 1, make_int32(env, getppid()));
  napi_set_element(env, result, 2, make_int32(env, (int32_t)syscall(SYS_gettid)));
  return result;
}

// getStartTime(pid): clock ticks since boot at which the process or thread began, -1 where there is none.
// Together with the pid it names a process for good: a pid comes back, the pair does not.
static napi_value get_start_time(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t pid;
  char path[64], text[1024];
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &pid)) return NULL;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? make_double(env, -1) : throw_system_error(env, "open(/proc)", errno);
  ssize_t count = read(fd, text, sizeof text - 1);
  close(fd);
  if (count <= 0) return make_double(env, -1);
  text[count] = '\0';
  // The second field is the command in parentheses and may hold anything; what follows the last one is plain, proc(5).
  char *field = strrchr(text, ')');
  char state = 0;
  unsigned long long start = 0;
  if (field == NULL ||
      sscanf(field + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state,
             &start) != 2)
    return make_double(env, -1);
  // A zombie runs nothing and holds nothing any more.
  return make_double(env, state == 'Z' || state == 'X' ? -1 : (double)start);
}

// getAffinity(): number[] of the processors that this process may run on
static napi_value get_affinity(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result;
  cpu_set_t *set = NULL;
  size_t size = 0;
  int count = CPU_SETSIZE;
  // EINVAL says that the kernel's mask is larger than ours, sched_setaffinity(2).
  for (;; count *= 2) {
    set = CPU_ALLOC((size_t)count);
    size = CPU_ALLOC_SIZE((size_t)count);
    if (set == NULL) return throw_system_error(env, "CPU_ALLOC", ENOMEM);
    if (sched_getaffinity(0, size, set) == 0) break;
    CPU_FREE(set);
    if (errno != EINVAL || count > (1 << 20)) return throw_system_error(env, "sched_getaffinity", errno);
  }
  napi_create_array(env, &result);
  uint32_t position = 0;
  for (int cpu = 0; cpu < count; cpu++)
    if (CPU_ISSET_S((size_t)cpu, size, set)) napi_set_element(env, result, position++, make_int32(env, cpu));
  CPU_FREE(set);
  return result;
}

// setAffinity(processors: number[])
static napi_value set_affinity(napi_env env, napi_callback_info info) {
  napi_value value;
  uint32_t length;
  if (!read_arguments(env, info, 1, &value)) return NULL;
  if (napi_get_array_length(env, value, &length) != napi_ok)
    return throw_argument_error(env, "A list of processor numbers is expected.");
  size_t limit = 1 << 16, size = CPU_ALLOC_SIZE(limit);
  cpu_set_t *set = CPU_ALLOC(limit);
  if (set == NULL) return throw_system_error(env, "CPU_ALLOC", ENOMEM);
  CPU_ZERO_S(size, set);
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    int32_t cpu;
    napi_get_element(env, value, i, &element);
    if (!read_int32(env, element, &cpu)) {
      CPU_FREE(set);
      return NULL;
    }
    if (cpu >= 0 && (size_t)cpu < limit) CPU_SET_S((size_t)cpu, size, set);
  }
  int result = sched_setaffinity(0, size, set);
  CPU_FREE(set);
  return result == 0 ? NULL : throw_system_error(env, "sched_setaffinity", errno);
}

// exitNow(code): leaves without running anything
static napi_value exit_now(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t code;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &code)) return NULL;
  tell_pages();
  _exit(code);
}

static void leave(void *code) { _exit((int)(intptr_t)code); }

// leaveAtTeardown(code): should Node come to tear its environment down after all, the process ends there
static napi_value leave_at_teardown(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t code;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &code)) return NULL;
  napi_add_env_cleanup_hook(env, leave, (void *)(intptr_t)code);
  return NULL;
}

// replaceEnvironment(entries: string[]): the C environment becomes exactly these names and values, in turn
static napi_value replace_environment(napi_env env, napi_callback_info info) {
  napi_value list;
  uint32_t length;
  if (!read_arguments(env, info, 1, &list)) return NULL;
  if (napi_get_array_length(env, list, &length) != napi_ok)
    return throw_argument_error(env, "A list of names and values is expected.");
  clearenv();
  char *pair[2] = {NULL, NULL};
  for (uint32_t i = 0; i + 1 < length; i += 2) {
    for (uint32_t part = 0; part < 2; part++) {
      napi_value element;
      size_t size = 0;
      napi_get_element(env, list, i + part, &element);
      napi_get_value_string_utf8(env, element, NULL, 0, &size);
      pair[part] = calloc(size + 1, 1);
      if (pair[part] != NULL) napi_get_value_string_utf8(env, element, pair[part], size + 1, &size);
    }
    bool failed = pair[0] == NULL || pair[1] == NULL || setenv(pair[0], pair[1], 1) != 0;
    free(pair[0]);
    free(pair[1]);
    if (failed) return throw_system_error(env, "setenv", errno);
  }
  return NULL;
}

void export_processes(napi_env env, napi_value exports) {
  export_function(env, exports, "pidfdOpen", pidfd_open_process);
  export_function(env, exports, "pidfdSendSignal", pidfd_send_signal);
  export_function(env, exports, "waitProcess", wait_process);
  export_function(env, exports, "waitPidfd", wait_pidfd);
  export_function(env, exports, "setDeathSignal", set_death_signal);
  export_function(env, exports, "setProcessGroup", set_process_group);
  export_function(env, exports, "getProcessGroup", get_process_group);
  export_function(env, exports, "createSession", create_session);
  export_function(env, exports, "getProcessIds", get_process_ids);
  export_function(env, exports, "getStartTime", get_start_time);
  export_function(env, exports, "getAffinity", get_affinity);
  export_function(env, exports, "setAffinity", set_affinity);
  export_function(env, exports, "exitNow", exit_now);
  export_function(env, exports, "leaveAtTeardown", leave_at_teardown);
  export_function(env, exports, "replaceEnvironment", replace_environment);
}
