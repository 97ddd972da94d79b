// V8's worker threads do not exist in a forked child, and Node waits for them at the end of each loop, in the main
// thread and in each worker thread: `NodePlatform::DrainTasks` blocks until the tasks that V8 posted are done. V8 posts
// some even when it is single-threaded (Node 20: each full collection; Node 26: each scavenge), and does the work
// itself where nobody takes it, so nothing is lost by not waiting.
#include "fork.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

// Node exports these. Where a version does not, nothing is replaced, and `superviseLoop` still ends the main thread.
extern void *node_platform_vtable[] __asm__("_ZTVN4node12NodePlatformE") __attribute__((weak));
extern void drain_tasks(void *platform, void *isolate) __asm__("_ZN4node12NodePlatform10DrainTasksEPN2v87IsolateE")
    __attribute__((weak));
extern bool flush_foreground_tasks(void *platform, void *isolate) __asm__(
    "_ZN4node12NodePlatform20FlushForegroundTasksEPN2v87IsolateE") __attribute__((weak));

/** More than the platform has virtual functions. */
#define MAX_SLOTS 64

static void drain_without_waiting(void *platform, void *isolate) {
  while (flush_foreground_tasks(platform, isolate)) continue;
}

void stop_waiting_for_workers(void) {
  if (node_platform_vtable == NULL || drain_tasks == NULL || flush_foreground_tasks == NULL) return;
  long page = sysconf(_SC_PAGESIZE);
  for (size_t slot = 0; slot < MAX_SLOTS; slot++) {
    if (node_platform_vtable[slot] != (void *)drain_tasks) continue;
    // The table is read-only; this process has a copy of the page to itself as soon as it writes to it.
    void *start = (void *)((uintptr_t)&node_platform_vtable[slot] & ~((uintptr_t)page - 1));
    if (mprotect(start, (size_t)page, PROT_READ | PROT_WRITE) != 0) return;
    node_platform_vtable[slot] = (void *)drain_without_waiting;
    mprotect(start, (size_t)page, PROT_READ);
    return;
  }
}
