#include "error_text.h"

// A fixed buffer: it needs no destructor when a host's thread ends, and it works even
// if memory has run out.
static _Thread_local char text[CUNROLL_ERROR_CAPACITY];
static _Thread_local int system_error;

char *cunroll_error_text(void) { return text; }
int *cunroll_system_error(void) { return &system_error; }
