// The addon's entry, and how its functions read arguments and throw.
#include "addon.h"

#include <stdlib.h>

environment *environment_of(napi_env env) {
  void *self = NULL;
  napi_get_instance_data(env, &self);
  return self;
}

napi_value throw_system_error(napi_env env, const char *call, int error) {
  environment *self = environment_of(env);
  napi_value factory, receiver, arguments[2], made;
  if (self->make_error == NULL || napi_get_reference_value(env, self->make_error, &factory) != napi_ok) {
    napi_throw_error(env, NULL, call);
    return NULL;
  }
  napi_get_undefined(env, &receiver);
  napi_create_string_utf8(env, call, NAPI_AUTO_LENGTH, &arguments[0]);
  napi_create_int32(env, error, &arguments[1]);
  if (napi_call_function(env, receiver, factory, 2, arguments, &made) == napi_ok) napi_throw(env, made);
  return NULL;
}

napi_value throw_argument_error(napi_env env, const char *message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return NULL;
}

bool read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  size_t given = count;
  return napi_get_cb_info(env, info, &given, values, NULL, NULL) == napi_ok;
}

bool read_int32(napi_env env, napi_value value, int32_t *result) {
  if (napi_get_value_int32(env, value, result) == napi_ok) return true;
  throw_argument_error(env, "A number is expected.");
  return false;
}

bool read_int64(napi_env env, napi_value value, int64_t *result) {
  if (napi_get_value_int64(env, value, result) == napi_ok) return true;
  throw_argument_error(env, "A number is expected.");
  return false;
}

bool read_double(napi_env env, napi_value value, double *result) {
  if (napi_get_value_double(env, value, result) == napi_ok) return true;
  throw_argument_error(env, "A number is expected.");
  return false;
}

bool read_string(napi_env env, napi_value value, char *result, size_t size) {
  size_t length;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok || length >= size) {
    throw_argument_error(env, "A string is expected, or it is too long.");
    return false;
  }
  return napi_get_value_string_utf8(env, value, result, size, &length) == napi_ok;
}

bool read_bytes(napi_env env, napi_value value, uint8_t **data, size_t *length) {
  napi_typedarray_type type;
  napi_value buffer;
  size_t offset;
  void *start;
  if (napi_get_typedarray_info(env, value, &type, length, &start, &buffer, &offset) != napi_ok ||
      type != napi_uint8_array) {
    throw_argument_error(env, "A Uint8Array is expected.");
    return false;
  }
  *data = start;
  return true;
}

bool is_nullish(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) != napi_ok || type == napi_undefined || type == napi_null;
}

napi_value make_int32(napi_env env, int32_t value) {
  napi_value result = NULL;
  napi_create_int32(env, value, &result);
  return result;
}

napi_value make_double(napi_env env, double value) {
  napi_value result = NULL;
  napi_create_double(env, value, &result);
  return result;
}

napi_value make_undefined(napi_env env) {
  napi_value result = NULL;
  napi_get_undefined(env, &result);
  return result;
}

napi_value make_pair(napi_env env, int32_t first, int32_t second) {
  napi_value result = NULL;
  napi_create_array_with_length(env, 2, &result);
  napi_set_element(env, result, 0, make_int32(env, first));
  napi_set_element(env, result, 1, make_int32(env, second));
  return result;
}

void export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

// setErrorFactory((call: string, errno: number) => Error): void
static napi_value set_error_factory(napi_env env, napi_callback_info info) {
  napi_value factory;
  if (!read_arguments(env, info, 1, &factory)) return NULL;
  environment *self = environment_of(env);
  if (self->make_error != NULL) napi_delete_reference(env, self->make_error);
  self->make_error = NULL;
  napi_create_reference(env, factory, 1, &self->make_error);
  return NULL;
}

static void end_environment(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

static void stop_environment(void *data) {
  end_waiters(data);
  end_segments(data);
}

NAPI_MODULE_INIT() {
  environment *self = calloc(1, sizeof *self);
  if (self == NULL) return NULL;
  napi_set_instance_data(env, self, end_environment, NULL);
  napi_add_env_cleanup_hook(env, stop_environment, self);
  export_function(env, exports, "setErrorFactory", set_error_factory);
  export_descriptors(env, exports);
  export_messages(env, exports);
  export_exchange(env, exports);
  export_processes(env, exports);
  export_watchers(env, exports);
  export_memory(env, exports);
  export_segments(env, exports);
  export_futex(env, exports);
  export_fork(env, exports);
  export_loop(env, exports);
  export_server(env, exports);
  return exports;
}
