// Touches memory that is not there, in one way after the other. In each namespace `allocate` makes the block, `release`
// frees it and `touch` is what is wrong; in some of them that is one deed.

#include "addon.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

ADDON

namespace read_after_free {
NOINLINE char *allocate() { return new char[1000](); }
NOINLINE void release(char *text) { delete[] text; }
NOINLINE char touch(char *text) { return text[3]; }
} // namespace read_after_free

METHOD(read_after_free, _) {
  char *text = read_after_free::allocate();
  read_after_free::release(text);
  return read_after_free::touch(text);
}

namespace write_after_free {
NOINLINE int *allocate() { return new int(45); }
NOINLINE void release(int *number) { delete number; }
NOINLINE void touch(int *number) { *number = 1; }
} // namespace write_after_free

METHOD(write_after_free, _) {
  int *number = write_after_free::allocate();
  write_after_free::release(number);
  write_after_free::touch(number);
  return 45;
}

namespace grown_vector {
NOINLINE std::vector<int> allocate() { return {45}; }
NOINLINE void release(std::vector<int> &numbers) { numbers.push_back(1); }
NOINLINE int touch(const int *first) { return *first; }
} // namespace grown_vector

METHOD(grown_vector, _) {
  std::vector<int> numbers = grown_vector::allocate();
  const int *first = numbers.data();
  grown_vector::release(numbers);
  return grown_vector::touch(first);
}

namespace copy_of_freed {
NOINLINE char *allocate() { return static_cast<char *>(calloc(100000, 1)); }
NOINLINE void release(char *text) { free(text); }
NOINLINE void touch(char *to, const char *from, size_t size) { memcpy(to, from, size); }
} // namespace copy_of_freed

METHOD(copy_of_freed, _) {
  char *text = copy_of_freed::allocate();
  copy_of_freed::release(text);
  static char copy[100000];
  copy_of_freed::touch(copy, text, sizeof copy);
  return copy[0];
}

namespace deleted_twice {
NOINLINE uint64_t *allocate() { return new uint64_t(45); }
NOINLINE void release(uint64_t *number) { delete number; }
NOINLINE void touch(uint64_t *number) { delete number; }
} // namespace deleted_twice

METHOD(deleted_twice, _) {
  uint64_t *number = deleted_twice::allocate();
  deleted_twice::release(number);
  deleted_twice::touch(number);
  return 45;
}

// The destructor reads the object before its memory would be freed once more.
namespace destroyed_twice {
struct Scan {
  int number = 45;
  std::string name = std::string(40, 'a');
  ~Scan() { number++; }
};
NOINLINE Scan *allocate() { return new Scan(); }
NOINLINE void release(Scan *scan) { delete scan; }
NOINLINE void touch(Scan *scan) { delete scan; }
} // namespace destroyed_twice

METHOD(destroyed_twice, _) {
  auto scan = destroyed_twice::allocate();
  destroyed_twice::release(scan);
  destroyed_twice::touch(scan);
  return 45;
}

namespace freed_twice {
NOINLINE void *allocate() { return malloc(24); }
NOINLINE void release(void *block) { free(block); }
NOINLINE void touch(void *block) { free(block); }
} // namespace freed_twice

METHOD(freed_twice, _) {
  void *block = freed_twice::allocate();
  freed_twice::release(block);
  freed_twice::touch(block);
  return 45;
}

namespace freed_inside {
NOINLINE int *allocate() { return new int[8](); }
NOINLINE void touch(int *numbers) {
  // No compiler is to see it.
  volatile int two = 2;
  delete[] (numbers + two);
}
} // namespace freed_inside

METHOD(freed_inside, _) {
  freed_inside::touch(freed_inside::allocate());
  return 45;
}

namespace one_too_far {
NOINLINE char *allocate(size_t size) { return static_cast<char *>(malloc(size)); }
NOINLINE void touch(char *text, size_t size) {
  for (size_t index = 0; index <= size; index++) text[index] = 9;
}
} // namespace one_too_far

METHOD(one_too_far, size) {
  char *text = one_too_far::allocate(size);
  one_too_far::touch(text, size);
  free(text);
  return 45;
}

namespace before_the_start {
NOINLINE char *allocate(size_t size) { return new char[size](); }
NOINLINE char touch(const char *text) { return text[-1]; }
} // namespace before_the_start

METHOD(before_the_start, _) {
  char *other = before_the_start::allocate(64);
  char *page = before_the_start::allocate(65536);
  uint32_t result = before_the_start::touch(page);
  delete[] other;
  delete[] page;
  return result;
}

namespace late_thread {
NOINLINE int *allocate() { return new int(45); }
NOINLINE void release(int *number) { delete number; }
NOINLINE int touch(const int *number) {
  pthread_setname_np(pthread_self(), "late");
  return *number;
}
} // namespace late_thread

METHOD(late_thread, _) {
  int *number = late_thread::allocate();
  late_thread::release(number);
  std::thread([=] { late_thread::touch(number); }).join();
  return 45;
}

// What a thread of Node's pool has freed is still there for the callback.
namespace dangling_payload {
int *number;
napi_async_work work;
NOINLINE int *allocate() { return new int(45); }
NOINLINE void release(int *number) { delete number; }
NOINLINE int touch(const int *number) { return *number; }

void execute(napi_env, void *) {
  number = allocate();
  release(number);
}

void complete(napi_env env, napi_status, void *) {
  touch(number);
  napi_delete_async_work(env, work);
}

napi_value begin(napi_env env, napi_callback_info) {
  napi_value name, result;
  napi_create_string_utf8(env, "work", size_t(-1), &name);
  napi_create_async_work(env, nullptr, name, execute, complete, nullptr, &work);
  napi_queue_async_work(env, work);
  napi_get_undefined(env, &result);
  return result;
}

Export export_("dangling_payload", begin);
} // namespace dangling_payload

// JavaScript reads a buffer whose memory is gone.
namespace external {
char *block;
NOINLINE char *allocate() { return new char[4096](); }
NOINLINE void release(char *block) { delete[] block; }

napi_value view(napi_env env, napi_callback_info) {
  napi_value result;
  block = allocate();
  napi_create_external_buffer(env, 4096, block, [](napi_env, void *, void *) {}, nullptr, &result);
  return result;
}

napi_value visit(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value visitor, nothing, result = nullptr;
  napi_get_cb_info(env, info, &count, &visitor, nullptr, nullptr);
  napi_get_undefined(env, &nothing);
  napi_call_function(env, nothing, visitor, 0, nullptr, &result);
  return result;
}

Export view_("view", view);
Export visit_("visit", visit);
} // namespace external

METHOD(close, _) {
  external::release(external::block);
  return 0;
}

// Nothing is wrong with it.
METHOD(clean, _) {
  std::vector<std::string> names;
  for (int index = 0; index < 10; index++) names.push_back(std::to_string(index) + " is a number that is written down");
  auto shared = std::make_shared<std::string>(names.back());
  auto text = static_cast<char *>(realloc(strdup(shared->c_str()), 1000));
  auto other = new std::string(100, 'x');
  std::thread([=] { delete other; }).join();
  uint32_t sum = 0;
  for (const auto &name : names) sum += std::stoi(name);
  free(text);
  return sum;
}
