// What the add-ons of this folder use of Node-API, so that they need no headers but these.

#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef struct napi_deferred__ *napi_deferred;
typedef struct napi_async_work__ *napi_async_work;
typedef int napi_status;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
typedef void (*napi_finalize)(napi_env, void *, void *);
typedef void (*napi_async_execute_callback)(napi_env, void *);
typedef void (*napi_async_complete_callback)(napi_env, napi_status, void *);

napi_status napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
napi_status napi_set_named_property(napi_env, napi_value, const char *, napi_value);
napi_status napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
napi_status napi_create_uint32(napi_env, uint32_t, napi_value *);
napi_status napi_get_value_uint32(napi_env, napi_value, uint32_t *);
napi_status napi_get_value_string_utf8(napi_env, napi_value, char *, size_t, size_t *);
napi_status napi_create_string_utf8(napi_env, const char *, size_t, napi_value *);
napi_status napi_call_function(napi_env, napi_value, napi_value, size_t, const napi_value *, napi_value *);
napi_status napi_get_undefined(napi_env, napi_value *);
napi_status napi_create_external_buffer(napi_env, size_t, void *, napi_finalize, void *, napi_value *);
napi_status napi_create_promise(napi_env, napi_deferred *, napi_value *);
napi_status napi_resolve_deferred(napi_env, napi_deferred, napi_value);
napi_status napi_create_async_work(napi_env, napi_value, napi_value, napi_async_execute_callback,
                                   napi_async_complete_callback, void *, napi_async_work *);
napi_status napi_queue_async_work(napi_env, napi_async_work);
napi_status napi_delete_async_work(napi_env, napi_async_work);
}

#define NOINLINE __attribute__((noinline))

// A function of the name that JavaScript calls it by. It takes a number and answers with one. It is exported, so that
// its name is known of a stripped library too.
#define METHOD(name, argument)                                                                                         \
  extern "C" NOINLINE uint32_t do_##name(uint32_t);                                                                    \
  static napi_value name##_method(napi_env env, napi_callback_info info) {                                             \
    return call(env, info, do_##name);                                                                                 \
  }                                                                                                                    \
  static Export name##_export(#name, name##_method);                                                                   \
  uint32_t do_##name([[maybe_unused]] uint32_t argument)

static inline napi_value call(napi_env env, napi_callback_info info, uint32_t (*function)(uint32_t)) {
  size_t count = 1;
  napi_value argument, result;
  uint32_t number = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  if (count > 0) napi_get_value_uint32(env, argument, &number);
  napi_create_uint32(env, function(number), &result);
  return result;
}

// The functions of an add-on. They are in a list that needs no memory, since static constructors make it.
struct Export {
  const char *name;
  napi_callback method;
  Export *next;
  static Export *first;

  Export(const char *name, napi_callback method) : name(name), method(method), next(first) { first = this; }
};

#define ADDON                                                                                                          \
  Export *Export::first = nullptr;                                                                                     \
  extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env,                   \
                                                                                       napi_value exports) {           \
    for (Export *each = Export::first; each; each = each->next) {                                                      \
      napi_value function;                                                                                             \
      napi_create_function(env, each->name, size_t(-1), each->method, nullptr, &function);                             \
      napi_set_named_property(env, exports, each->name, function);                                                     \
    }                                                                                                                  \
    return exports;                                                                                                    \
  }
