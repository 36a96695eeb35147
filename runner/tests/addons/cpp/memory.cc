// Takes memory in the ways that C++ has. Each function takes something once, frees it unless it is asked to keep it,
// and answers how many bytes it was; 0 where that is the C library's own business.

#include "addon.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unordered_map>
#include <vector>

ADDON

// What is kept is stored here, so that no compiler can leave it out.
void *volatile kept;

template <typename T> T *is_kept(T *object) {
  kept = object;
  return object;
}

METHOD(new_object, keep) {
  auto number = is_kept(new uint64_t(7));
  if (!keep) delete number;
  return sizeof(uint64_t);
}

METHOD(new_array, keep) {
  auto array = is_kept(new char[40]);
  if (!keep) delete[] array;
  return 40;
}

METHOD(new_aligned, keep) {
  struct alignas(64) Line {
    char bytes[64];
  };
  auto line = is_kept(new Line());
  if (!keep) delete line;
  return sizeof(Line);
}

METHOD(new_nothrow, keep) {
  auto array = is_kept(new (std::nothrow) char[24]);
  if (!keep) delete[] array;
  return 24;
}

METHOD(malloc, keep) {
  auto block = is_kept(malloc(24));
  if (!keep) free(block);
  return 24;
}

METHOD(calloc, keep) {
  auto block = is_kept(calloc(3, 11));
  if (!keep) free(block);
  return 33;
}

METHOD(realloc, keep) {
  auto block = is_kept(malloc(10));
  block = is_kept(realloc(block, 100000));
  block = is_kept(realloc(block, 1000));
  if (!keep) free(block);
  return 1000;
}

METHOD(posix_memalign, keep) {
  void *block;
  if (posix_memalign(&block, 256, 1000) != 0) abort();
  is_kept(block);
  if (!keep) free(block);
  return 1000;
}

// The blocks of a string come from libstdc++'s own code.
METHOD(string, keep) {
  auto text = is_kept(new std::string());
  for (int index = 0; index < 1000; index++) *text += 'x';
  uint32_t bytes = sizeof(std::string) + text->capacity() + 1;
  if (!keep) delete text;
  return bytes;
}

// Node has the same templates, and exports them.
METHOD(vector, keep) {
  auto list = is_kept(new std::vector<std::string>());
  for (int index = 0; index < 5; index++) list->push_back("a text that is too long for its object");
  uint32_t bytes = sizeof(*list) + list->capacity() * sizeof(std::string);
  for (const auto &text : *list) bytes += text.capacity() + 1;
  if (!keep) delete list;
  return bytes;
}

METHOD(maps, keep) {
  auto map = is_kept(new std::map<std::string, std::string>());
  for (int index = 0; index < 5; index++) (*map)[std::to_string(index)] = "short";
  auto table = is_kept(new std::unordered_map<std::string, int>());
  for (int index = 0; index < 50; index++) (*table)[std::to_string(index)] = index;
  if (!keep) delete map;
  if (!keep) delete table;
  return 0;
}

METHOD(shared, keep) {
  auto shared = is_kept(new std::shared_ptr<std::function<int()>>());
  int numbers[8] = {};
  *shared = std::make_shared<std::function<int()>>([numbers] { return numbers[3]; });
  uint32_t result = (**shared)();
  if (!keep) delete shared;
  return result;
}

METHOD(stream, keep) {
  std::ostringstream stream;
  for (int index = 0; index < 100; index++) stream << "line " << index << "\n";
  auto text = is_kept(new std::string(stream.str()));
  uint32_t bytes = sizeof(std::string) + text->capacity() + 1;
  if (!keep) delete text;
  return bytes;
}

METHOD(exception, keep) {
  try {
    throw std::runtime_error("a text that is too long for its object");
  } catch (const std::runtime_error &error) {
    auto text = is_kept(strdup(error.what()));
    if (!keep) free(text);
    return strlen("a text that is too long for its object") + 1;
  }
}

extern "C" NOINLINE void do_thread_body(uint32_t keep) {
  auto text = is_kept(new std::string(100, 'x'));
  if (!keep) delete text;
}

METHOD(thread, keep) {
  std::thread(do_thread_body, keep).join();
  return sizeof(std::string) + 101;
}

METHOD(strdup, keep) {
  auto text = is_kept(strdup("twelve bytes"));
  if (!keep) free(text);
  return 13;
}

// The C library gives a block of the add-on another size.
METHOD(getline, keep) {
  char text[] = "a line that is longer than the block that is there for it\n";
  size_t size = 10;
  auto line = static_cast<char *>(malloc(size));
  FILE *file = fmemopen(text, strlen(text), "r");
  if (getline(&line, &size, file) < 0) abort();
  fclose(file);
  is_kept(line);
  if (!keep) free(line);
  return size;
}

METHOD(asprintf, keep) {
  char *text;
  if (asprintf(&text, "%d is %s", 1, "a number") < 0) abort();
  is_kept(text);
  if (!keep) free(text);
  return 0;
}

METHOD(realpath, keep) {
  auto path = is_kept(realpath("/proc/self/..", nullptr));
  if (!keep) free(path);
  return 0;
}

// A file, and with the first read its buffer.
METHOD(fopen, keep) {
  FILE *file = is_kept(fopen("/proc/self/maps", "r"));
  fgetc(file);
  if (!keep) fclose(file);
  return 0;
}

METHOD(mmap, keep) {
  void *map = is_kept(mmap(nullptr, 10000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (!keep) munmap(map, 10000);
  return 12288;
}

// Allocated in one thread and freed in another.
METHOD(moved, keep) {
  auto text = is_kept(new std::string(100, 'x'));
  std::thread([=] {
    if (!keep) delete text;
  }).join();
  return sizeof(std::string) + 101;
}
