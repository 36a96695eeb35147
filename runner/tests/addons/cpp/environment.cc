// An add-on that is loaded in more than one place: static constructors, libraries that it loads itself, and children.

#include "addon.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

ADDON

// What is made before Node knows the add-on.
static char *block = static_cast<char *>(malloc(10));
static std::string text = std::string(999, 'x');
static std::vector<std::string> list = {"a text that is too long for its object"};

static struct Statics {
  ~Statics() { free(block); }
} statics;

METHOD(release_statics, _) {
  free(block);
  block = nullptr;
  text = std::string();
  text.shrink_to_fit();
  list = std::vector<std::string>();
  return 0;
}

METHOD(leak, size) {
  static void *volatile kept;
  kept = malloc(size);
  return kept != nullptr;
}

// A child that comes from a bare fork, frees what it has inherited, and leaks.
METHOD(fork_child, _) {
  auto inherited = new std::string(100, 'x');
  pid_t child = fork();
  if (child == 0) {
    delete inherited;
    static void *volatile kept;
    for (int index = 0; index < 100; index++) kept = malloc(1000);
    _exit(getenv("AFTER_GC_EVIDENCE") ? 1 : 7);
  }
  int status;
  waitpid(child, &status, 0);
  delete inherited;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

using Function = void *(*)(size_t);

static Function find(const char *name) {
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  return library ? reinterpret_cast<Function>(dlsym(library, "helper_take")) : nullptr;
}

static std::string beside() {
  Dl_info info;
  dladdr(reinterpret_cast<void *>(find), &info);
  std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/')) + "/helper.so";
}

// 20 bytes by a library that is loaded by its path.
METHOD(leak_by_path, _) {
  Function take = find(beside().c_str());
  return take ? take(20) != nullptr : 255;
}

// The same by its name: it is found by the RUNPATH of this library.
METHOD(leak_by_name, _) {
  Function take = find("helper.so");
  return take ? take(20) != nullptr : 255;
}

// What this library takes, another one frees.
METHOD(free_by_helper, _) {
  using Free = void (*)(char *, std::string *);
  void *library = dlopen(beside().c_str(), RTLD_NOW | RTLD_LOCAL);
  auto give = library ? reinterpret_cast<Free>(dlsym(library, "helper_free")) : nullptr;
  if (give) give(strdup("of the add-on"), new std::string(100, 'x'));
  return give != nullptr;
}
