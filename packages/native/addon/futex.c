// Waiting for a word in shared memory to change: futex(2), on this thread or beside it.
//
// Waits beside this thread take no thread each, and none of libuv's pool: one thread of our own sleeps for up to
// 127 of them in one futex_waitv call (Linux 5.16). Where the kernel has no such call, each wait takes one thread.
#include "addon.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

// What linux/futex.h has since 5.16 only.
typedef struct {
  uint64_t value;
  uint64_t address;
  uint32_t flags;
  uint32_t reserved;
} vector_entry;

// Shared with src/futex/futex.ts.
enum { WOKEN = 0, NOT_EQUAL = 1, TIMED_OUT = 2, CANCELLED = 3 };
enum { SIZE_32 = 2, MAX_VECTOR = 128, MAX_WAITS = MAX_VECTOR - 1 };

typedef struct waiters waiters;

typedef struct wait {
  struct wait *next;
  waiters *owner;
  uint32_t *address;
  uint32_t expected;
  bool has_deadline;
  struct timespec deadline;
  double id;
  int result;
} wait;

typedef struct sleeper {
  struct sleeper *next;
  wait *waits[MAX_WAITS];
  size_t count, capacity;
  /** Changes when `waits` does: the last word that the thread sleeps on. */
  uint32_t control;
} sleeper;

struct waiters {
  /** An eventfd that is written when `completed` is not empty. */
  int descriptor;
  wait *completed;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sleeper *sleepers;
static bool has_vector = true;

static long futex(uint32_t *address, int operation, uint32_t value, const struct timespec *deadline) {
  return syscall(SYS_futex, address, operation, value, deadline, NULL, FUTEX_BITSET_MATCH_ANY);
}

static struct timespec deadline_after(double ms) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  // Far enough to never come, and small enough to be added.
  if (ms > 1e12) ms = 1e12;
  double seconds = (double)(int64_t)(ms / 1000);
  now.tv_sec += (time_t)seconds;
  now.tv_nsec += (long)((ms - seconds * 1000) * 1e6);
  if (now.tv_nsec >= 1000000000) {
    now.tv_nsec -= 1000000000;
    now.tv_sec++;
  }
  return now;
}

static bool before(const struct timespec *a, const struct timespec *b) {
  return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/** Takes a wait off its sleeper and hands it to its environment. The mutex is held. */
static void complete(sleeper *self, size_t index, int result) {
  wait *done = self->waits[index];
  self->waits[index] = self->waits[--self->count];
  done->result = result;
  done->next = done->owner->completed;
  done->owner->completed = done;
  uint64_t one = 1;
  // An eventfd refuses only when it is full, and then it is readable anyhow.
  if (write(done->owner->descriptor, &one, sizeof one) < 0) return;
}

static void disturb(sleeper *self) {
  __atomic_add_fetch(&self->control, 1, __ATOMIC_SEQ_CST);
  futex(&self->control, FUTEX_WAKE_PRIVATE, 1, NULL);
}

/** One sleep for all waits of a sleeper; answers the index of the word that was woken, or -1 with errno. */
static long sleep_once(sleeper *self, uint32_t control, const struct timespec *deadline) {
  vector_entry entries[MAX_VECTOR];
  size_t count = self->count;
  for (size_t i = 0; i < count; i++)
    entries[i] = (vector_entry){
        .value = self->waits[i]->expected, .address = (uintptr_t)self->waits[i]->address, .flags = SIZE_32};
  entries[count] = (vector_entry){
      .value = control, .address = (uintptr_t)&self->control, .flags = SIZE_32 | FUTEX_PRIVATE_FLAG};
  pthread_mutex_unlock(&mutex);
  long woken = syscall(SYS_futex_waitv, entries, count + 1, 0, deadline, CLOCK_MONOTONIC);
  int error = errno;
  pthread_mutex_lock(&mutex);
  // The waits may have been rearranged meanwhile: find the word by its address.
  if (woken >= 0 && (size_t)woken < count) {
    uint64_t address = entries[woken].address;
    for (size_t i = 0; i < self->count; i++)
      if ((uintptr_t)self->waits[i]->address == address) return (long)i;
  }
  errno = woken >= 0 ? EAGAIN : error;
  return -1;
}

/** The same for the one wait of a sleeper, where there is no vector. It looks up from time to time: nothing can disturb it. */
static long sleep_single(sleeper *self, const struct timespec *deadline) {
  wait *only = self->waits[0];
  struct timespec soon = deadline_after(20);
  if (deadline == NULL || before(&soon, deadline)) deadline = &soon;
  pthread_mutex_unlock(&mutex);
  long result = futex(only->address, FUTEX_WAIT_BITSET, only->expected, deadline);
  int error = errno;
  pthread_mutex_lock(&mutex);
  errno = error;
  return result == 0 && self->count > 0 && self->waits[0] == only ? 0 : -1;
}

static void *sleep_and_tell(void *data) {
  sleeper *self = data;
  pthread_mutex_lock(&mutex);
  for (;;) {
    struct timespec now, *deadline = NULL;
    uint32_t control = __atomic_load_n(&self->control, __ATOMIC_SEQ_CST);
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (size_t i = self->count; i-- > 0;) {
      wait *one = self->waits[i];
      if (__atomic_load_n(one->address, __ATOMIC_SEQ_CST) != one->expected) complete(self, i, WOKEN);
      else if (one->has_deadline && !before(&now, &one->deadline)) complete(self, i, TIMED_OUT);
    }
    struct timespec first;
    for (size_t i = 0; i < self->count; i++) {
      wait *one = self->waits[i];
      if (!one->has_deadline || (deadline != NULL && !before(&one->deadline, deadline))) continue;
      first = one->deadline;
      deadline = &first;
    }
    if (self->capacity == 1 && self->count == 0) break;
    long woken = self->capacity == 1 ? sleep_single(self, deadline) : sleep_once(self, control, deadline);
    if (woken >= 0) complete(self, (size_t)woken, WOKEN);
    // A word that is not mapped any more: whoever unmapped it did not say so. Nobody can be told apart, so all look again.
    else if (errno == EFAULT)
      while (self->count > 0) complete(self, 0, CANCELLED);
  }
  for (sleeper **link = &sleepers; *link != NULL; link = &(*link)->next)
    if (*link == self) {
      *link = self->next;
      break;
    }
  pthread_mutex_unlock(&mutex);
  free(self);
  return NULL;
}

/** A thread with room for one more wait. The mutex is held. */
static sleeper *find_sleeper(void) {
  for (sleeper *one = sleepers; one != NULL; one = one->next)
    if (one->capacity > 1 && one->count < one->capacity) return one;
  // The kernel is asked once: an empty vector is EINVAL where it knows the call.
  static bool asked = false;
  if (!asked) {
    asked = true;
    has_vector = syscall(SYS_futex_waitv, NULL, 0, 0, NULL, CLOCK_MONOTONIC) == 0 || errno == EINVAL;
  }
  sleeper *fresh = calloc(1, sizeof *fresh);
  if (fresh == NULL) return NULL;
  fresh->capacity = has_vector ? MAX_WAITS : 1;
  return fresh;
}

/** Starts the thread of a new sleeper, with its first wait in place: a lone one ends when it has none. */
static int start_sleeper(sleeper *fresh) {
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, mask;
  // Signals are for the threads that Node knows.
  sigfillset(&all);
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 128 * 1024);
  pthread_sigmask(SIG_SETMASK, &all, &mask);
  int error = pthread_create(&thread, &attributes, sleep_and_tell, fresh);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  pthread_attr_destroy(&attributes);
  if (error == 0) {
    // isForkSafe tells this thread from those that a fork must not lose by its name.
    pthread_setname_np(thread, "mp-futex");
    fresh->next = sleepers;
    sleepers = fresh;
  }
  return error;
}

static uint32_t *read_word(napi_env env, napi_value array, napi_value position) {
  napi_typedarray_type type;
  napi_value buffer;
  size_t length, offset;
  void *data;
  int32_t index;
  if (napi_get_typedarray_info(env, array, &type, &length, &data, &buffer, &offset) != napi_ok ||
      type != napi_int32_array) {
    throw_argument_error(env, "An Int32Array is expected.");
    return NULL;
  }
  if (!read_int32(env, position, &index)) return NULL;
  if (index < 0 || (size_t)index >= length) {
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "The word is outside of the array, or its memory is closed.");
    return NULL;
  }
  return (uint32_t *)data + index;
}

// futexWait(words, index, expected, timeoutMs): WOKEN, NOT_EQUAL or TIMED_OUT; blocks. A negative time-out is none.
static napi_value futex_wait(napi_env env, napi_callback_info info) {
  napi_value values[4];
  int32_t expected;
  double timeout;
  if (!read_arguments(env, info, 4, values)) return NULL;
  uint32_t *address = read_word(env, values[0], values[1]);
  if (address == NULL || !read_int32(env, values[2], &expected) || !read_double(env, values[3], &timeout)) return NULL;
  struct timespec deadline = deadline_after(timeout < 0 ? 0 : timeout);
  for (;;) {
    if (futex(address, FUTEX_WAIT_BITSET, (uint32_t)expected, timeout < 0 ? NULL : &deadline) == 0)
      return make_int32(env, WOKEN);
    if (errno == EAGAIN) return make_int32(env, NOT_EQUAL);
    if (errno == ETIMEDOUT) return make_int32(env, TIMED_OUT);
    if (errno != EINTR) return throw_system_error(env, "futex", errno);
  }
}

// futexWake(words, index, count): how many were woken
static napi_value futex_wake(napi_env env, napi_callback_info info) {
  napi_value values[3];
  int32_t count;
  if (!read_arguments(env, info, 3, values)) return NULL;
  uint32_t *address = read_word(env, values[0], values[1]);
  if (address == NULL || !read_int32(env, values[2], &count)) return NULL;
  long woken = futex(address, FUTEX_WAKE, (uint32_t)count, NULL);
  if (woken < 0) return throw_system_error(env, "futex", errno);
  return make_int32(env, (int32_t)woken);
}

// setWaitDescriptor(fd): the eventfd that is written when waits of this environment are complete. It is closed with
// the environment; -1 takes it back.
static napi_value set_wait_descriptor(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t fd;
  if (!read_arguments(env, info, 1, &value) || !read_int32(env, value, &fd)) return NULL;
  environment *self = environment_of(env);
  if (self->waiters == NULL) self->waiters = calloc(1, sizeof *self->waiters);
  if (self->waiters == NULL) return throw_system_error(env, "calloc", ENOMEM);
  self->waiters->descriptor = fd;
  return NULL;
}

// startWait(id, words, index, expected, timeoutMs): 0, or NOT_EQUAL at once. The memory must stay mapped, or be
// unmapped by `unmap`, which cancels the wait.
static napi_value start_wait(napi_env env, napi_callback_info info) {
  napi_value values[5];
  int32_t expected;
  double id, timeout;
  if (!read_arguments(env, info, 5, values) || !read_double(env, values[0], &id)) return NULL;
  uint32_t *address = read_word(env, values[1], values[2]);
  if (address == NULL || !read_int32(env, values[3], &expected) || !read_double(env, values[4], &timeout)) return NULL;
  if (__atomic_load_n(address, __ATOMIC_SEQ_CST) != (uint32_t)expected) return make_int32(env, NOT_EQUAL);
  wait *one = calloc(1, sizeof *one);
  if (one == NULL) return throw_system_error(env, "calloc", ENOMEM);
  *one = (wait){.owner = environment_of(env)->waiters, .address = address, .expected = (uint32_t)expected, .id = id};
  one->has_deadline = timeout >= 0;
  if (one->has_deadline) one->deadline = deadline_after(timeout);
  pthread_mutex_lock(&mutex);
  sleeper *on = find_sleeper();
  int error = on == NULL ? ENOMEM : 0;
  if (error == 0) {
    bool is_new = on->count == 0 && on->control == 0;
    on->waits[on->count++] = one;
    on->control += is_new ? 1 : 0;
    if (is_new) error = start_sleeper(on);
    else disturb(on);
    if (error != 0) free(on);
  }
  pthread_mutex_unlock(&mutex);
  if (error == 0) return make_int32(env, WOKEN);
  free(one);
  return throw_system_error(env, "pthread_create", error);
}

static bool matches(const wait *one, const waiters *owner, double id, const uint8_t *start, size_t length) {
  if (owner != NULL && one->owner != owner) return false;
  if (start != NULL) return (uint8_t *)one->address >= start && (uint8_t *)one->address < start + length;
  return id < 0 || one->id == id;
}

static void cancel(const waiters *owner, double id, const void *start, size_t length) {
  pthread_mutex_lock(&mutex);
  for (sleeper *one = sleepers; one != NULL; one = one->next) {
    size_t before_count = one->count;
    for (size_t i = one->count; i-- > 0;)
      if (matches(one->waits[i], owner, id, start, length)) complete(one, i, CANCELLED);
    if (one->count != before_count) disturb(one);
  }
  pthread_mutex_unlock(&mutex);
}

void cancel_waits_within(const void *start, size_t length) { cancel(NULL, -1, start, length); }

// cancelWait(id): it completes as CANCELLED, unless it is complete already
static napi_value cancel_wait(napi_env env, napi_callback_info info) {
  napi_value value;
  double id;
  if (!read_arguments(env, info, 1, &value) || !read_double(env, value, &id)) return NULL;
  environment *self = environment_of(env);
  if (self->waiters != NULL) cancel(self->waiters, id, NULL, 0);
  return NULL;
}

// takeWaits(): [id, result, …] of the waits that are complete
static napi_value take_waits(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result;
  environment *self = environment_of(env);
  napi_create_array(env, &result);
  if (self->waiters == NULL) return result;
  pthread_mutex_lock(&mutex);
  wait *list = self->waiters->completed;
  self->waiters->completed = NULL;
  pthread_mutex_unlock(&mutex);
  uint32_t position = 0;
  while (list != NULL) {
    wait *one = list;
    list = one->next;
    napi_set_element(env, result, position++, make_double(env, one->id));
    napi_set_element(env, result, position++, make_int32(env, one->result));
    free(one);
  }
  return result;
}

void end_waiters(environment *self) {
  if (self->waiters == NULL) return;
  cancel(self->waiters, -1, NULL, 0);
  while (self->waiters->completed != NULL) {
    wait *one = self->waiters->completed;
    self->waiters->completed = one->next;
    free(one);
  }
  if (self->waiters->descriptor >= 0) close(self->waiters->descriptor);
  free(self->waiters);
  self->waiters = NULL;
}

void reset_waiters_after_fork(void) {
  // The threads exist in the parent alone, and what they slept for is the parent's. Their memory is given up:
  // the mutex may have been held by one of them.
  pthread_mutex_init(&mutex, NULL);
  sleepers = NULL;
}

void export_futex(napi_env env, napi_value exports) {
  export_function(env, exports, "futexWait", futex_wait);
  export_function(env, exports, "futexWake", futex_wake);
  export_function(env, exports, "setWaitDescriptor", set_wait_descriptor);
  export_function(env, exports, "startWait", start_wait);
  export_function(env, exports, "cancelWait", cancel_wait);
  export_function(env, exports, "takeWaits", take_waits);
}
