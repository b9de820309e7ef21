#ifndef CPLATFORM_LINK_OVER_H
#define CPLATFORM_LINK_OVER_H

/* A directory to make files in, for which it need not be readable. -1 with errno. */
int cplatform_open_directory(const char *path);

/* O_TMPFILE, which Swift does not see; 0 where the system has none (then ".",
   a directory, cannot be opened for writing). */
int cplatform_o_tmpfile(void);

/* Puts the file without a name that `source` (/proc/self/fd/...) leads to at
   `target` in `directory`, over the file that is there: linked to the name
   `middle`, then renamed. 0 or an errno.

   There is no single call for it. Both steps are taken by a child process that
   shares this one's memory, as posix_spawn's does until it executes, so that
   who kills this process between the two does not leave `middle` behind. The
   host gets no signal when the child ends, and no wait() of the host's sees it
   but one that asks for __WALL. Where no child can be made, they are taken here. */
int cplatform_link_over(const char *source, int directory, const char *middle, const char *target);

#endif
