/* A process that is killed while it saves leaves nothing in the directory but
 * the model, whole, old or new. And loads beside a saving process give one
 * model, never one's configuration with another's weights. */
#define _XOPEN_SOURCE 700
#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "files.h"

static unroll_model *model_of(size_t units) {
  unroll_model *model = small_model(units, 3, UNROLL_DTYPE_FLOAT32);
  int64_t shape[2] = {UNROLL_AXIS_ANY, 3};
  OK(unroll_model_build(model, shape, 2));
  return model;
}

/* Saves the two models in turn, for ever. */
static void save_for_ever(const char *path) {
  unroll_model *models[2];
  size_t turn;
  models[0] = model_of(4);
  models[1] = model_of(9);
  for (turn = 0;; turn++)
    if (unroll_model_save(models[turn % 2], path, NULL) != UNROLL_OK) _exit(1);
}

static int entries(const char *directory, const char *allowed, int tells) {
  DIR *open = opendir(directory);
  struct dirent *entry;
  int others = 0;
  if (open == NULL) return -1;
  while ((entry = readdir(open)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && strcmp(entry->d_name, allowed) != 0) {
      if (tells) fprintf(stderr, "left behind: %s\n", entry->d_name);
      others++;
    }
  closedir(open);
  return others;
}

static void wait_a_little(long microseconds) {
  struct timespec time;
  time.tv_sec = 0;
  time.tv_nsec = microseconds * 1000;
  nanosleep(&time, NULL);
}

/* What was between the two last steps when its process died ends by itself, on a
 * busy machine some time later. Removes `unwanted`, unless NULL, meanwhile. */
static void expect_only(const char *directory, const char *allowed, const char *unwanted) {
  int tries;
  for (tries = 0; tries < 100; tries++) {
    if (unwanted != NULL) unlink(unwanted);
    wait_a_little(50000);
    if (entries(directory, allowed, 0) == 0) return;
  }
  CHECK(entries(directory, allowed, 1) == 0);
}

int main(void) {
  char directory[] = "/tmp/unroll-kill-XXXXXX";
  char path[64];
  int round, kills = getenv("UNROLL_KILLS") != NULL ? atoi(getenv("UNROLL_KILLS")) : 300;
  unsigned random = 12345;
  pid_t child;
  if (mkdtemp(directory) == NULL) return 1;
  snprintf(path, sizeof path, "%s/model.h5", directory);

  /* No load of this process may have run before it forks: the children are single-threaded. */
  for (round = 0; round < kills; round++) {
    unroll_model *model = NULL;
    int status = 0, waited = 0;
    child = fork();
    if (child == 0) save_for_ever(path);
    /* Until it saves; then a moment more, a different one each time. */
    while (access(path, F_OK) != 0 && waited++ < 5000) wait_a_little(1000);
    random = random * 1103515245u + 12345u;
    wait_a_little((long)(random >> 16) % 4000 + (round % 3 == 0 ? 20000 : 0));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    OK(unroll_model_load(path, NULL, &model));
    unroll_model_destroy(model);
  }
  expect_only(directory, "model.h5", NULL);

  child = fork();
  if (child == 0) save_for_ever(path);
  for (round = 0; round < 7 * kills; round++) {
    unroll_model *model = NULL;
    OK(unroll_model_load(path, NULL, &model));
    unroll_model_destroy(model);
  }
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  expect_only(directory, "", path);
  rmdir(directory);
  printf("killed %d savers: nothing was left behind\n", kills);
  return failures != 0;
}
