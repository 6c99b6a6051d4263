// The driver: one device, by its name.
#include <cstring>

extern "C" {
int cuInit(unsigned) { return 0; }

int cuDeviceGetCount(int* count) {
  *count = 1;
  return 0;
}

int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return 0;
}

int cuDeviceGetName(char* name, int length, int) {
  strncpy(name, "a GPU that computes nothing", length);
  return 0;
}
}
