/* Counts what the program and the library in it allocate, on all threads. */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The program's allocator comes before libc's, also for the library. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
static size_t allocations;
#ifndef __cplusplus
#define COUNT() __sync_fetch_and_add(&allocations, 1)
void *malloc(size_t size) { return COUNT(), __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return COUNT(), __libc_calloc(count, size); }
void *realloc(void *memory, size_t size) { return COUNT(), __libc_realloc(memory, size); }
int posix_memalign(void **memory, size_t alignment, size_t size) {
  COUNT();
  *memory = __libc_memalign(alignment, size);
  return *memory == NULL;
}
#else
}
#endif

#endif
