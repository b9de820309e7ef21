#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

/* Calls of malloc and its kin made by this thread so far. */
unsigned long allocation_count(void);

#endif
