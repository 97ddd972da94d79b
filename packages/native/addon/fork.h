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

#endif
