// What the files of the addon share: how arguments are read, how errors are thrown, and the list of concerns.
// Every function is synchronous and belongs to one system concern; policy is written in TypeScript.
#ifndef MP_NATIVE_ADDON_H
#define MP_NATIVE_ADDON_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The libuv functions that are used. Node exports libuv from its executable, and the ABI of libuv 1.x is stable;
// declaring them here saves fetching Node's own headers.
typedef struct uv_loop_s uv_loop_t;
typedef struct uv_handle_s uv_handle_t;
extern int uv_loop_fork(uv_loop_t *loop);

/** What one thread of JavaScript (one Node environment) owns of this addon. */
typedef struct {
  napi_ref make_error;
  struct waiters *waiters;
  struct segment *segments;
} environment;

environment *environment_of(napi_env env);

/** Throws the error that TypeScript makes of a failed system call, and returns NULL for `return throw_…`. */
napi_value throw_system_error(napi_env env, const char *call, int error);
/** Throws a TypeError: an argument is not what the function takes. */
napi_value throw_argument_error(napi_env env, const char *message);

/** Reads exactly `count` arguments; those that the caller left out are `undefined`. */
bool read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values);
bool read_int32(napi_env env, napi_value value, int32_t *result);
bool read_int64(napi_env env, napi_value value, int64_t *result);
bool read_double(napi_env env, napi_value value, double *result);
/** Reads a string of at most `size - 1` bytes; a longer one is refused, never cut. */
bool read_string(napi_env env, napi_value value, char *result, size_t size);
/** Reads the memory of a Uint8Array. It stays valid for the duration of the call. */
bool read_bytes(napi_env env, napi_value value, uint8_t **data, size_t *length);
bool is_nullish(napi_env env, napi_value value);

napi_value make_int32(napi_env env, int32_t value);
napi_value make_double(napi_env env, double value);
napi_value make_undefined(napi_env env);
/** `[first, second]` */
napi_value make_pair(napi_env env, int32_t first, int32_t second);

/** Adds a function to the addon's exports. */
void export_function(napi_env env, napi_value exports, const char *name, napi_callback callback);

// One for each concern, called once for each environment.
void export_descriptors(napi_env env, napi_value exports);
void export_messages(napi_env env, napi_value exports);
void export_exchange(napi_env env, napi_value exports);
void export_processes(napi_env env, napi_value exports);
void export_watchers(napi_env env, napi_value exports);
void export_memory(napi_env env, napi_value exports);
void export_segments(napi_env env, napi_value exports);
void export_futex(napi_env env, napi_value exports);
void export_fork(napi_env env, napi_value exports);
void export_loop(napi_env env, napi_value exports);
void export_server(napi_env env, napi_value exports);

/** Ends the environment's asynchronous futex waits; called when the environment ends. */
void end_waiters(environment *self);

/** Closes the environment's files of shared memory, and removes those that nobody else has open; as above. */
void end_segments(environment *self);

/** Completes the asynchronous waits on words of this memory as cancelled, before it is unmapped. */
void cancel_waits_within(const void *start, size_t length);

/** Forgets threads that a fork did not copy; called in the child, before any JavaScript. */
void reset_waiters_after_fork(void);

/** Closes what this process offered before it was copied: it is the parent's to hand out; as above. */
void reset_exchange_after_fork(void);

#endif
