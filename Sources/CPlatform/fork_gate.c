#define _GNU_SOURCE
#include "fork_gate.h"
#include <pthread.h>
#include <time.h>

/* Calls inside the library, counted in several places so that threads do not
   wait for one another's cache line. */
enum { STRIPES = 16 };
static struct {
  _Alignas(64) int inside;
} stripes[STRIPES];

int cplatform_fork_is_pending;
unsigned cplatform_forks;
static unsigned long survivor;
static pthread_mutex_t forking = PTHREAD_MUTEX_INITIALIZER;

static __thread struct {
  int depth;
  /* The index of this thread's counter, plus one; 0 before its first call. */
  unsigned char stripe;
  /* This thread is the one that forks: another library's handler may call us. */
  unsigned char forks;
} self;

static unsigned next_stripe;

/* A fork waits no longer than this. */
enum { LONGEST_WAIT_SECONDS = 10 };

static void rest(void) {
  const struct timespec moment = {0, 50000};
  nanosleep(&moment, NULL);
}

static int *my_count(void) {
  if (!self.stripe) self.stripe = 1 + __atomic_fetch_add(&next_stripe, 1, __ATOMIC_RELAXED) % STRIPES;
  return &stripes[self.stripe - 1].inside;
}

void cplatform_gate_enter(void) {
  int *count;
  if (self.depth++ > 0) return;
  count = my_count();
  __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&cplatform_fork_is_pending, __ATOMIC_SEQ_CST) && !self.forks) {
    __atomic_fetch_sub(count, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&cplatform_fork_is_pending, __ATOMIC_ACQUIRE)) rest();
    __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
  }
}

void cplatform_gate_leave(void) {
  if (--self.depth == 0) __atomic_fetch_sub(my_count(), 1, __ATOMIC_SEQ_CST);
}

int cplatform_gate_suspend(void) {
  const int depth = self.depth;
  if (depth > 0) {
    self.depth = 1;
    cplatform_gate_leave();
  }
  return depth;
}

void cplatform_gate_resume(int depth) {
  if (depth > 0) {
    cplatform_gate_enter();
    self.depth = depth;
  }
}

unsigned long cplatform_fork_survivor(void) { return survivor; }

static int others_inside(void) {
  int count = self.depth > 0 ? -1 : 0;
  for (int i = 0; i < STRIPES; i++) count += __atomic_load_n(&stripes[i].inside, __ATOMIC_SEQ_CST);
  return count > 0;
}

static void before_fork(void) {
  struct timespec begin, now;
  pthread_mutex_lock(&forking);
  self.forks = 1;
  __atomic_store_n(&cplatform_fork_is_pending, 1, __ATOMIC_SEQ_CST);
  clock_gettime(CLOCK_MONOTONIC, &begin);
  while (others_inside()) {
    rest();
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec - begin.tv_sec > LONGEST_WAIT_SECONDS) break;
  }
}

static void after_fork(void) {
  __atomic_store_n(&cplatform_fork_is_pending, 0, __ATOMIC_SEQ_CST);
  self.forks = 0;
  pthread_mutex_unlock(&forking);
}

/* The other threads do not exist here, nor do their calls. */
static void in_child(void) {
  for (int i = 0; i < STRIPES; i++) stripes[i].inside = 0;
  if (self.depth > 0) *my_count() = 1;
  cplatform_forks++;
  survivor = (unsigned long)pthread_self();
  after_fork();
}

/* If there is no memory for the handlers, forks are not protected. */
__attribute__((constructor)) static void install(void) { (void)pthread_atfork(before_fork, after_fork, in_child); }
