// The end of a loop, told to JavaScript instead of to Node: uv_run never returns in a supervised process.
#include "addon.h"

#include <errno.h>
#include <stdlib.h>

typedef struct uv_metrics {
  uint64_t loop_count;
  uint64_t events;
  uint64_t events_waiting;
  uint64_t *reserved[13];
} uv_metrics;

extern size_t uv_handle_size(int type);
extern int uv_prepare_init(uv_loop_t *loop, uv_handle_t *handle);
extern int uv_prepare_start(uv_handle_t *handle, void (*callback)(uv_handle_t *handle));
extern int uv_idle_init(uv_loop_t *loop, uv_handle_t *handle);
extern int uv_idle_start(uv_handle_t *handle, void (*callback)(uv_handle_t *handle));
extern int uv_idle_stop(uv_handle_t *handle);
extern int uv_is_active(const uv_handle_t *handle);
extern int uv_loop_alive(const uv_loop_t *loop);
extern int uv_metrics_info(uv_loop_t *loop, uv_metrics *metrics);
extern void uv_ref(uv_handle_t *handle);
extern void uv_unref(uv_handle_t *handle);
extern void uv_handle_set_data(uv_handle_t *handle, void *data);
extern void *uv_handle_get_data(const uv_handle_t *handle);

enum { IDLE_HANDLE = 6, PREPARE_HANDLE = 9 };

typedef struct {
  napi_env env;
  uv_loop_t *loop;
  napi_ref callback;
  napi_async_context context;
  /** Runs before each time the loop waits, and keeps the loop running. */
  uv_handle_t *prepare;
  /** While it is active the loop does not wait. */
  uv_handle_t *idle;
  uint64_t events;
  bool told;
} supervisor;

static void do_nothing(uv_handle_t *handle) { (void)handle; }

static bool is_alive(const supervisor *self) {
  uv_unref(self->prepare);
  bool alive = uv_loop_alive(self->loop) != 0;
  uv_ref(self->prepare);
  return alive;
}

static void tell(supervisor *self, bool again) {
  napi_env env = self->env;
  napi_handle_scope scope;
  napi_value callback, receiver, argument, error;
  napi_open_handle_scope(env, &scope);
  napi_get_reference_value(env, self->callback, &callback);
  napi_get_global(env, &receiver);
  napi_get_boolean(env, again, &argument);
  if (napi_make_callback(env, self->context, receiver, callback, 1, &argument, NULL) == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok)
    napi_fatal_exception(env, error);
  napi_close_handle_scope(env, scope);
}

static void before_wait(uv_handle_t *handle) {
  supervisor *self = uv_handle_get_data(handle);
  uv_metrics metrics = {0};
  if (is_alive(self)) {
    if (uv_is_active(self->idle)) uv_idle_stop(self->idle);
    self->told = false;
    return;
  }
  // Tasks that V8 gave to this thread come as events of a handle that keeps nothing alive: one round without waiting,
  // and another one for as long as there are such events.
  uv_metrics_info(self->loop, &metrics);
  bool quiet = uv_is_active(self->idle) && metrics.events == self->events;
  self->events = metrics.events;
  if (!uv_is_active(self->idle)) uv_idle_start(self->idle, do_nothing);
  if (!quiet) return;
  uv_idle_stop(self->idle);
  bool again = self->told;
  self->told = true;
  tell(self, again);
  // It gave the loop more to do, if only until the next timer: then it will be told anew.
  if (is_alive(self)) self->told = false;
  else uv_idle_start(self->idle, do_nothing);
}

// superviseLoop(onEmpty: (again: boolean) => void): calls it when nothing keeps the loop alive, and again, with true,
// when that did not change. For the rest of the process's life.
static napi_value supervise_loop(napi_env env, napi_callback_info info) {
  napi_value callback, name;
  supervisor *self = calloc(1, sizeof *self);
  if (!read_arguments(env, info, 1, &callback)) return NULL;
  if (self == NULL) return throw_system_error(env, "calloc", ENOMEM);
  self->env = env;
  napi_get_uv_event_loop(env, (struct uv_loop_s **)&self->loop);
  napi_create_reference(env, callback, 1, &self->callback);
  napi_create_string_utf8(env, "mp.Loop", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, NULL, name, &self->context);
  self->prepare = calloc(1, uv_handle_size(PREPARE_HANDLE));
  self->idle = calloc(1, uv_handle_size(IDLE_HANDLE));
  if (self->prepare == NULL || self->idle == NULL) return throw_system_error(env, "calloc", ENOMEM);
  uv_prepare_init(self->loop, self->prepare);
  uv_idle_init(self->loop, self->idle);
  uv_handle_set_data(self->prepare, self);
  uv_prepare_start(self->prepare, before_wait);
  // It counts for nothing, active or not.
  uv_unref(self->idle);
  return NULL;
}

void export_loop(napi_env env, napi_value exports) { export_function(env, exports, "superviseLoop", supervise_loop); }
