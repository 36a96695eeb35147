// A library that an add-on loads itself.

#include <cstdlib>
#include <string>

// What is made before anybody knows it.
extern "C" {
__attribute__((visibility("default"))) char *helper_table = new char[300];
}

extern "C" __attribute__((visibility("default"))) void *helper_take(size_t size) { return malloc(size); }

extern "C" __attribute__((visibility("default"))) void helper_free(char *text, std::string *string) {
  free(text);
  delete string;
}
