// A library that an add-on loads itself.

#include <cstdlib>
#include <string>

extern "C" __attribute__((visibility("default"))) void *helper_take(size_t size) { return malloc(size); }

extern "C" __attribute__((visibility("default"))) void helper_free(char *text, std::string *string) {
  free(text);
  delete string;
}
