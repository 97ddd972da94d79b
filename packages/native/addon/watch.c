// Readiness of any descriptor on the event loop of the calling thread: uv_poll_t. A watcher is an external value.
#include "addon.h"

#include <errno.h>
#include <stdlib.h>

typedef struct uv_poll_s uv_poll_t;
extern size_t uv_handle_size(int type);
extern int uv_poll_init(uv_loop_t *loop, uv_poll_t *handle, int fd);
extern int uv_poll_start(uv_poll_t *handle, int events, void (*callback)(uv_poll_t *handle, int status, int events));
extern int uv_poll_stop(uv_poll_t *handle);
extern void uv_close(uv_handle_t *handle, void (*callback)(uv_handle_t *handle));
extern void uv_ref(uv_handle_t *handle);
extern void uv_unref(uv_handle_t *handle);
extern void *uv_handle_get_data(const uv_handle_t *handle);
extern void uv_handle_set_data(uv_handle_t *handle, void *data);

enum { POLL_HANDLE = 8 };

typedef struct watcher {
  napi_env env;
  napi_ref callback;
  napi_async_context context;
  napi_async_cleanup_hook_handle hook;
  uv_poll_t *handle;
  /** The external value still exists: the collector frees this, else the end of the handle does. */
  bool referenced;
} watcher;

static void free_if_unused(watcher *self) {
  if (self->handle == NULL && !self->referenced) free(self);
}

static void on_closed(uv_handle_t *handle) {
  watcher *self = uv_handle_get_data(handle);
  free(handle);
  self->handle = NULL;
  napi_remove_async_cleanup_hook(self->hook);
  free_if_unused(self);
}

static void begin_close(watcher *self) {
  if (self->callback == NULL) return;
  napi_delete_reference(self->env, self->callback);
  self->callback = NULL;
  napi_async_destroy(self->env, self->context);
  uv_close((uv_handle_t *)self->handle, on_closed);
}

static void on_environment_end(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  begin_close(data);
}

static void on_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  watcher *self = data;
  self->referenced = false;
  begin_close(self);
  free_if_unused(self);
}

static void on_ready(uv_poll_t *handle, int status, int events) {
  watcher *self = uv_handle_get_data((uv_handle_t *)handle);
  napi_env env = self->env;
  napi_handle_scope scope;
  napi_value callback, receiver, argument, error;
  if (self->callback == NULL) return;
  napi_open_handle_scope(env, &scope);
  napi_get_reference_value(env, self->callback, &callback);
  napi_get_global(env, &receiver);
  argument = make_int32(env, status < 0 ? status : events);
  if (napi_make_callback(env, self->context, receiver, callback, 1, &argument, NULL) == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok)
    napi_fatal_exception(env, error);
  napi_close_handle_scope(env, scope);
}

static watcher *read_watcher(napi_env env, napi_value value) {
  void *self = NULL;
  if (napi_get_value_external(env, value, &self) != napi_ok) throw_argument_error(env, "A watcher is expected.");
  return self;
}

// createWatcher(fd, callback: (events: number) => void): watcher. It has a reference and waits for nothing yet.
static napi_value create_watcher(napi_env env, napi_callback_info info) {
  napi_value values[2], result, name;
  int32_t fd;
  uv_loop_t *loop;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[0], &fd)) return NULL;
  napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop);
  watcher *self = calloc(1, sizeof *self);
  uv_poll_t *handle = calloc(1, uv_handle_size(POLL_HANDLE));
  if (self == NULL || handle == NULL) {
    free(self);
    free(handle);
    return throw_system_error(env, "calloc", ENOMEM);
  }
  int error = uv_poll_init(loop, handle, fd);
  if (error != 0) {
    free(self);
    free(handle);
    return throw_system_error(env, "uv_poll_init", -error);
  }
  *self = (watcher){.env = env, .handle = handle, .referenced = true};
  uv_handle_set_data((uv_handle_t *)handle, self);
  napi_create_reference(env, values[1], 1, &self->callback);
  napi_create_string_utf8(env, "mp.Watcher", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, NULL, name, &self->context);
  napi_add_async_cleanup_hook(env, on_environment_end, self, &self->hook);
  napi_create_external(env, self, on_collected, NULL, &result);
  return result;
}

// watch(watcher, events): waits for 1 readable, 2 writable, 4 hang-up; 0 pauses
static napi_value watch(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t events;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[1], &events)) return NULL;
  watcher *self = read_watcher(env, values[0]);
  if (self == NULL || self->callback == NULL) return NULL;
  int error = events == 0 ? uv_poll_stop(self->handle) : uv_poll_start(self->handle, events, on_ready);
  if (error != 0) return throw_system_error(env, "uv_poll_start", -error);
  return NULL;
}

// refWatcher(watcher, on: number): whether it keeps the process alive
static napi_value ref_watcher(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int32_t on;
  if (!read_arguments(env, info, 2, values) || !read_int32(env, values[1], &on)) return NULL;
  watcher *self = read_watcher(env, values[0]);
  if (self == NULL || self->callback == NULL) return NULL;
  if (on) uv_ref((uv_handle_t *)self->handle);
  else uv_unref((uv_handle_t *)self->handle);
  return NULL;
}

// closeWatcher(watcher): the descriptor may be closed right after
static napi_value close_watcher(napi_env env, napi_callback_info info) {
  napi_value value;
  if (!read_arguments(env, info, 1, &value)) return NULL;
  watcher *self = read_watcher(env, value);
  if (self != NULL) begin_close(self);
  return NULL;
}

void export_watchers(napi_env env, napi_value exports) {
  export_function(env, exports, "createWatcher", create_watcher);
  export_function(env, exports, "watch", watch);
  export_function(env, exports, "refWatcher", ref_watcher);
  export_function(env, exports, "closeWatcher", close_watcher);
}
