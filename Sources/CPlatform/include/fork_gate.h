#ifndef CPLATFORM_FORK_GATE_H
#define CPLATFORM_FORK_GATE_H

/* A child of fork() has one thread and the memory of all: a lock that another
   thread held at that moment is held for ever. The locks that matter here are
   not ours alone but the Swift runtime's, which any call may take for a moment,
   and the HDF5 library's. So a call into the library stands inside a gate, and
   fork(), in whichever thread of the host, waits until no other thread is inside
   (10 seconds at most). Long calls step outside between two batches or chunks,
   and all do while they call the host back: it may wait for the thread that
   forks. A streamed step takes no lock and needs no gate.

   Gates nest; a thread that forks inside does not wait for itself. */
void cplatform_gate_enter(void);
void cplatform_gate_leave(void);

/* Leaves the gate until `resume` is called with the result of `suspend`. */
int cplatform_gate_suspend(void);
void cplatform_gate_resume(int depth);

/* A thread wants to fork. */
extern int cplatform_fork_is_pending;

static inline int cplatform_fork_is_wanted(void) {
  return __atomic_load_n(&cplatform_fork_is_pending, __ATOMIC_RELAXED);
}

/* Lets a waiting fork happen now. Call it where no lock is held. */
static inline void cplatform_gate_yield(void) {
  if (cplatform_fork_is_wanted()) cplatform_gate_resume(cplatform_gate_suspend());
}

/* Forks between the program's first process and this one. */
extern unsigned cplatform_forks;

static inline unsigned cplatform_fork_count(void) { return __atomic_load_n(&cplatform_forks, __ATOMIC_RELAXED); }

/* The thread that called the last of them, which alone lives on here; 0 before. */
unsigned long cplatform_fork_survivor(void);

#endif
