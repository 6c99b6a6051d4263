// The CUDA runtime: memory, copies, streams and events. The structures are those of CUDA 13's driver_types.h.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <sys/mman.h>

namespace {
constexpr int Success = 0, InvalidValue = 1, OutOfMemory = 2;

// Not an address of the processor's: touching it there is a fault.
constexpr uintptr_t OnDevice = uintptr_t(1) << 47;

std::recursive_mutex gate;
using Turn = std::lock_guard<std::recursive_mutex>;

// Blocks by where they start.
using Blocks = std::map<uintptr_t, size_t>;
Blocks deviceBlocks, lockedBlocks;
std::map<std::string, long> counts;

bool isIn(const Blocks& blocks, uintptr_t start, size_t length) {
  auto after = blocks.upper_bound(start);
  if (after == blocks.begin()) return false;
  auto block = std::prev(after);
  return start + length <= block->first + block->second;
}

bool isOnDevice(const void* pointer) { return uintptr_t(pointer) & OnDevice; }
void* behind(const void* pointer) { return reinterpret_cast<void*>(uintptr_t(pointer) & ~OnDevice); }

// What has been asked for and is not yet done, in its order.
struct Stream {
  std::deque<std::function<void()>> work;
  long done = 0;
  long asked() const { return done + work.size(); }

  void finish(long upTo) {
    while (done < upTo && !work.empty()) {
      auto next = std::move(work.front());
      work.pop_front();
      done++;
      next();
    }
  }
};

struct Event {
  Stream* stream = nullptr;
  long asked = 0;
};

// They stay: few are made, and an event may outlive its stream.
std::deque<Stream> streams(1);
Stream& streamOf(void* handle) { return handle ? *static_cast<Stream*>(handle) : streams.front(); }

void finishAll() {
  for (auto& stream : streams) stream.finish(stream.asked());
}

std::string kindOf(const void* pointer) {
  return isOnDevice(pointer) ? "device" : isIn(lockedBlocks, uintptr_t(pointer), 1) ? "page-locked" : "pageable";
}

int copy(void* to, const void* from, size_t length, void* stream, bool isAsync) {
  Turn turn(gate);
  auto source = kindOf(from), target = kindOf(to);
  counts["copies from " + source + " to " + target]++;
  for (auto pointer : {to, const_cast<void*>(from)}) {
    if (isOnDevice(pointer) && !isIn(deviceBlocks, uintptr_t(pointer), length)) {
      counts["copies beyond a block of the device"]++;
      return InvalidValue;
    }
  }

  auto& queue = streamOf(stream);
  if (source == "pageable") {
    // What is not locked is read at once, and may change as soon as the call is over.
    std::string kept(static_cast<const char*>(from), length);
    queue.work.push_back([=] { memcpy(behind(to), kept.data(), length); });
  } else {
    queue.work.push_back([=] { memcpy(behind(to), behind(from), length); });
  }

  if (!isAsync || target == "pageable") queue.finish(queue.asked());
  return Success;
}

void report() {
  auto path = getenv("GPU_REPORT");
  auto file = path ? fopen(path, "w") : nullptr;
  if (!file) return;
  long left = 0;
  for (auto& stream : streams) left += stream.work.size();
  counts["blocks of the device never given back"] = deviceBlocks.size();
  counts["pieces of work that nobody waited for"] = left;
  for (auto& [what, count] : counts) fprintf(file, "%ld %s\n", count, what.c_str());
  fclose(file);
}
}  // namespace

extern "C" {
void count(const char* what) {
  Turn turn(gate);
  counts[what]++;
}

void** __cudaRegisterFatBinary(void*) {
  static void* handle;
  static bool isFirst = atexit(report) == 0;
  (void)isFirst;
  return &handle;
}

int __cudaLaunchKernel() { return count("kernels"), Success; }
int cudaLaunchKernel() { return count("kernels"), Success; }
int cudaLaunchKernelExC() { return count("kernels"), Success; }

int cudaGetDeviceCount(int* devices) { return *devices = 1, Success; }
int cudaGetDevice(int* device) { return *device = 0, Success; }
int cudaDriverGetVersion(int* version) { return *version = 13000, Success; }
int cudaRuntimeGetVersion(int* version) { return *version = 13000, Success; }
int cudaDeviceGetAttribute(int* value, int, int) { return *value = 1024, Success; }
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, const void*, int, size_t, unsigned) { return *blocks = 8, Success; }
const char* cudaGetErrorName(int) { return "an error"; }
const char* cudaGetErrorString(int error) { return error == OutOfMemory ? "out of memory" : "an error"; }

int cudaGetDeviceProperties(char* properties, int) {
  memset(properties, 0, 400);
  strcpy(properties, "a GPU that computes nothing");
  auto set = [=](size_t offset, auto value) { memcpy(properties + offset, &value, sizeof value); };
  set(288, size_t(16) << 30);  // totalGlobalMem
  set(296, size_t(49152));     // sharedMemPerBlock
  set(304, 65536);             // regsPerBlock
  set(308, 32);                // warpSize
  set(320, 1024);              // maxThreadsPerBlock
  set(360, 9);                 // major
  set(384, 132);               // multiProcessorCount
  return Success;
}

int cudaMemGetInfo(size_t* available, size_t* whole) { return *available = *whole = size_t(16) << 30, Success; }

int cudaMalloc(void** pointer, size_t length) {
  Turn turn(gate);
  void* memory = nullptr;
  if (posix_memalign(&memory, 512, length)) return OutOfMemory;
  memset(memory, 0, length);
  *pointer = reinterpret_cast<void*>(uintptr_t(memory) | OnDevice);
  deviceBlocks[uintptr_t(*pointer)] = length;
  return Success;
}

int cudaFree(void* pointer) {
  Turn turn(gate);
  finishAll();
  if (!pointer) return Success;
  if (!deviceBlocks.erase(uintptr_t(pointer))) return InvalidValue;
  free(behind(pointer));
  return Success;
}

int cudaHostAlloc(void** pointer, size_t length, unsigned) {
  Turn turn(gate);
  *pointer = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (*pointer == MAP_FAILED) return OutOfMemory;
  memset(*pointer, 0x7f, length);  // What is never written looks like nothing that belongs there.
  lockedBlocks[uintptr_t(*pointer)] = length;
  return Success;
}

int cudaMallocHost(void** pointer, size_t length) { return cudaHostAlloc(pointer, length, 0); }

int cudaFreeHost(void* pointer) {
  Turn turn(gate);
  finishAll();
  auto block = lockedBlocks.find(uintptr_t(pointer));
  if (block == lockedBlocks.end()) return InvalidValue;
  munmap(pointer, block->second);
  lockedBlocks.erase(block);
  return Success;
}

int cudaMemcpy(void* to, const void* from, size_t length, int) { return copy(to, from, length, nullptr, false); }
int cudaMemcpyAsync(void* to, const void* from, size_t length, int, void* stream) { return copy(to, from, length, stream, true); }

int cudaMemset(void* pointer, int value, size_t length) {
  memset(behind(pointer), value, length);
  return Success;
}

int cudaMemsetAsync(void* pointer, int value, size_t length, void* stream) {
  Turn turn(gate);
  streamOf(stream).work.push_back([=] { memset(behind(pointer), value, length); });
  return Success;
}

int cudaLaunchHostFunc(void* stream, void (*function)(void*), void* data) {
  Turn turn(gate);
  streamOf(stream).work.push_back([=] { function(data); });
  return Success;
}

int cudaStreamCreateWithFlags(void** handle, unsigned) {
  Turn turn(gate);
  *handle = &streams.emplace_back();
  return Success;
}

int cudaStreamCreate(void** handle) { return cudaStreamCreateWithFlags(handle, 0); }
int cudaStreamIsCapturing(void*, int* state) { return *state = 0, Success; }

int cudaStreamSynchronize(void* handle) {
  Turn turn(gate);
  auto& stream = streamOf(handle);
  stream.finish(stream.asked());
  return Success;
}

int cudaDeviceSynchronize() {
  Turn turn(gate);
  finishAll();
  return Success;
}

int cudaStreamWaitEvent(void* handle, void* pointer, unsigned) {
  Turn turn(gate);
  auto event = *static_cast<Event*>(pointer);
  if (event.stream) streamOf(handle).work.push_back([=] { event.stream->finish(event.asked); });
  return Success;
}

int cudaEventCreateWithFlags(void** pointer, unsigned) { return *pointer = new Event, Success; }
int cudaEventCreate(void** pointer) { return cudaEventCreateWithFlags(pointer, 0); }

int cudaEventDestroy(void* pointer) {
  delete static_cast<Event*>(pointer);
  return Success;
}

int cudaEventRecord(void* pointer, void* handle) {
  Turn turn(gate);
  auto& stream = streamOf(handle);
  *static_cast<Event*>(pointer) = {&stream, stream.asked()};
  return Success;
}

int cudaEventSynchronize(void* pointer) {
  Turn turn(gate);
  auto event = *static_cast<Event*>(pointer);
  if (event.stream) event.stream->finish(event.asked);
  return Success;
}
}
