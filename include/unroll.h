/* The contract of libunroll; see the manual that follows. */
#ifndef UNROLL_H
#define UNROLL_H
#endif
