// fork(2) of a running Node, for the two who do it: the calling process (fork.c) and the fork server (server.c).
#ifndef MP_NATIVE_FORK_H
#define MP_NATIVE_FORK_H

#include "addon.h"

#include <sys/types.h>

/**
 * Lets a fork copy V8's memory.
 *
 * V8 marks its mappings MADV_DONTFORK, and a child without them dies at its first instruction of JavaScript.
 * The mark can be read from /proc/self/smaps only, which is most of the cost; clearing it on every private
 * mapping costs less. Answers 0, or the errno of what failed.
 */
int allow_copying(void);

/**
 * Forks, and makes the loop of the child its own before any signal can arrive there.
 *
 * In the child, descriptors behind the loop's handles are made inert first where `silence` is set, so that nothing
 * of the parent's is read, written or accepted there, and signals wait. Answers as fork(2) does.
 */
pid_t copy_process(uv_loop_t *loop, bool silence);

/** In a child: Node does not wait any more for threads of V8 that are not there. */
void stop_waiting_for_workers(void);

/**
 * In a fork server, before it forks: has its first children tell which pages they have written to, when they end.
 *
 * Children of one server begin alike, at the same addresses.
 */
void ask_for_pages(void);
/** In a child, right before its end: tells that, if it was asked. */
void tell_pages(void);
/** In a process that was forked by a child: it has other memory, and nobody to tell. */
void forget_report(void);
/** In a fork server: takes notice of what a child has told that ended. */
void learn_pages(pid_t ended);
/** In a child: has the pages copied that all children write to. */
void copy_known_pages(void);

#endif
