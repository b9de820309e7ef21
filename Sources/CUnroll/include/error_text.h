// The storage for the message of the calling thread's last failure. Not part of the
// public interface: not installed, not exported.
#ifndef CUNROLL_ERROR_TEXT_H
#define CUNROLL_ERROR_TEXT_H

#include <stddef.h>

#define CUNROLL_ERROR_CAPACITY 2048

// This thread's buffer, of CUNROLL_ERROR_CAPACITY bytes, all zero at first.
char *cunroll_error_text(void);

// The system's number for that failure, 0 if it has none.
int *cunroll_system_error(void);

#endif
