// Which pages a child writes to. Each of them is copied when it is written for the first time, which takes longer than the
// copy itself: a spare child has them copied while nobody waits for it.
#include "fork.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Linux 5.14. Where the kernel does not know them, pages are mapped and copied when they are used.
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/** What a child is known to need must not be more than this: 4 MB. One that has written more has done work of its own. */
#define MAX_PAGES 1024
/** The parts of the program that a child uses are fewer than this. */
#define MAX_RUNS 1024
/** So many children are asked. What not all of them have written is not of every child. */
#define SAMPLES 3

// Of /proc/PID/pagemap, Documentation/admin-guide/mm/pagemap.rst.
#define PAGE_PRESENT (1ull << 63)
#define PAGE_OF_FILE (1ull << 61)
#define PAGE_EXCLUSIVE (1ull << 56)

typedef struct {
  uintptr_t addresses[MAX_PAGES];
  size_t count;
} page_list;

/** Parts of the program and its libraries. They are shared whoever reads them, but a fork does not say where they are. */
typedef struct {
  struct {
    uintptr_t start, end;
  } runs[MAX_RUNS];
  size_t count;
} run_list;

/** What a child tells at its end, in memory that it shares with its server. */
typedef struct {
  _Atomic int state;
  /** The child that tells it. */
  pid_t from;
  /** Whether all that it has written is listed. */
  bool complete;
  page_list pages;
  run_list used;
} page_report;

enum { WANTED, BEING_WRITTEN, WRITTEN };

/** NULL in a process that is not to tell anything. */
static page_report *report;
/** Pages that all children have written that were asked, in the order of their addresses. */
static page_list known;
/** Parts of files that the first of them has used. */
static run_list known_runs;
static unsigned samples;

static void add_run(run_list *list, uintptr_t start, uintptr_t end) {
  if (list->count > 0 && list->runs[list->count - 1].end == start) list->runs[list->count - 1].end = end;
  else if (list->count < MAX_RUNS) {
    list->runs[list->count].start = start;
    list->runs[list->count++].end = end;
  }
}

/** Notes one page of a private mapping. False where there are too many. */
static bool add_page(page_report *into, uint64_t entry, uintptr_t at, uintptr_t size) {
  if (!(entry & PAGE_PRESENT)) return true;
  if (entry & PAGE_OF_FILE) add_run(&into->used, at, at + size);
  else if (entry & PAGE_EXCLUSIVE) {
    if (into->pages.count == MAX_PAGES) return false;
    into->pages.addresses[into->pages.count++] = at;
  }
  return true;
}

static bool add_mapping(page_report *into, int pagemap, uintptr_t start, uintptr_t end, uintptr_t size) {
  uint64_t entries[512];
  for (uintptr_t at = start; at < end;) {
    size_t wanted = (end - at) / size < 512 ? (end - at) / size : 512;
    ssize_t got = pread(pagemap, entries, wanted * sizeof *entries, (off_t)(at / size * sizeof *entries));
    if (got < (ssize_t)sizeof *entries) return false;
    size_t count = (size_t)got / sizeof *entries;
    for (size_t i = 0; i < count; i++, at += size)
      if (!add_page(into, entries[i], at, size)) return false;
  }
  return true;
}

/** Lists what this child has for itself of the memory that its server gave it, and what it uses of files. */
static bool list_pages(page_report *into) {
  char line[256];
  uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE), start, end;
  int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  FILE *maps = fopen("/proc/self/maps", "re");
  bool complete = pagemap >= 0 && maps != NULL;
  into->pages.count = into->used.count = 0;
  while (complete && fgets(line, sizeof line, maps) != NULL) {
    char access[5];
    int matched = sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, access);
    // The rest of a long path.
    while (strchr(line, '\n') == NULL && fgets(line, sizeof line, maps) != NULL) continue;
    // What nobody may read is address space that V8 has reserved.
    if (matched == 3 && access[0] == 'r' && access[3] == 'p') complete = add_mapping(into, pagemap, start, end, size);
  }
  if (maps != NULL) fclose(maps);
  if (pagemap >= 0) close(pagemap);
  return complete;
}

void ask_for_pages(void) {
  void *memory = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) report = memory;
}

void tell_pages(void) {
  int wanted = WANTED;
  if (report == NULL || !atomic_compare_exchange_strong(&report->state, &wanted, BEING_WRITTEN)) return;
  report->from = getpid();
  report->complete = list_pages(report);
  atomic_store(&report->state, WRITTEN);
}

void forget_report(void) {
  if (report != NULL) munmap(report, sizeof *report);
  report = NULL;
}

static void keep_common(const page_list *other) {
  size_t kept = 0;
  for (size_t i = 0, j = 0; i < known.count; i++) {
    while (j < other->count && other->addresses[j] < known.addresses[i]) j++;
    if (j < other->count && other->addresses[j] == known.addresses[i]) known.addresses[kept++] = known.addresses[i];
  }
  known.count = kept;
}

void learn_pages(pid_t ended) {
  if (report == NULL || report->from != ended) return;
  if (report->state == WRITTEN && report->complete) {
    if (samples++ == 0) {
      known = report->pages;
      known_runs = report->used;
    } else keep_common(&report->pages);
  }
  if (samples == SAMPLES) forget_report();
  // Also where it was ended while it wrote.
  else report->state = WANTED;
}

void copy_known_pages(void) {
  uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (size_t i = 0; i < known_runs.count; i++)
    madvise((void *)known_runs.runs[i].start, known_runs.runs[i].end - known_runs.runs[i].start, MADV_POPULATE_READ);
  for (size_t i = 0; i < known.count;) {
    size_t run = 1;
    while (i + run < known.count && known.addresses[i + run] == known.addresses[i] + run * size) run++;
    // Changes nothing of what is written there.
    madvise((void *)known.addresses[i], run * size, MADV_POPULATE_WRITE);
    i += run;
  }
}
