/*
 * Invents dinosaur names: a character-level network trained on one name at a
 * time.
 *
 *   dinosaurs [--data FILE] [--iterations N] [options]
 *
 * Without --data it learns from examples/data/dinosaurs.txt. Run it with --help
 * for all options.
 *
 * Introduces: a vocabulary, one-hot symbols, a stateful layer, a summed loss,
 * clipping, training on sequences of different lengths, generation.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* The vocabulary is sorted, so the line feed that ends a name comes first. */
enum { END = 0, REPORT_EVERY = 2000, PROGRESS_EVERY = 100, SAMPLES = 7, LONGEST_NAME = 50 };

typedef struct {
  const char *data, *save;
  size_t iterations, units, top_k;
  unsigned long long seed;
  double temperature;
  int float64;
} settings;

static void usage(const char *program, int status) {
  fprintf(status ? stderr : stdout,
          "usage: %s [options]\n"
          "  --data FILE      one name per line (examples/data/dinosaurs.txt)\n"
          "  --iterations N   one name each (35000)\n"
          "  --units N        (50)\n"
          "  --temperature T  below 1: more typical names, above: more unusual ones (1)\n"
          "  --top-k N        draw among the N most probable letters; 0: all (0)\n"
          "  --seed N         of weights, order and names (1)\n"
          "  --float64        compute in float64\n"
          "  --save FILE      save the model to FILE; default: not saved\n",
          program);
  exit(status);
}

static double number(const char *program, const char *text) {
  char *end;
  double value = strtod(text, &end);
  if (end == text || *end != '\0' || !(value >= 0 && value <= 1e15)) {
    fprintf(stderr, "%s: expected a number, at least 0, found '%s'\n", program, text);
    exit(EXIT_FAILURE);
  }
  return value;
}

static settings parse(int argc, char **argv) {
  settings s = {"examples/data/dinosaurs.txt", NULL, 35000, 50, 0, 1, 1.0, 0};
  for (int i = 1; i < argc; i++) {
    const char *option = argv[i];
    if (strcmp(option, "--help") == 0) usage(argv[0], EXIT_SUCCESS);
    if (strcmp(option, "--float64") == 0) {
      s.float64 = 1;
      continue;
    }
    if (i + 1 == argc) usage(argv[0], EXIT_FAILURE);
    const char *value = argv[++i];
    if (strcmp(option, "--data") == 0) s.data = value;
    else if (strcmp(option, "--save") == 0) s.save = value;
    else if (strcmp(option, "--iterations") == 0) s.iterations = (size_t)number(argv[0], value);
    else if (strcmp(option, "--units") == 0) s.units = (size_t)number(argv[0], value);
    else if (strcmp(option, "--top-k") == 0) s.top_k = (size_t)number(argv[0], value);
    else if (strcmp(option, "--seed") == 0) s.seed = (unsigned long long)number(argv[0], value);
    else if (strcmp(option, "--temperature") == 0) s.temperature = number(argv[0], value);
    else usage(argv[0], EXIT_FAILURE);
  }
  return s;
}

/* The whole file in lower case, with one line feed after each name. */
static char *read_names(const char *path, size_t *count) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "cannot open %s: run this from the top of the checkout, or name a file with --data\n", path);
    exit(EXIT_FAILURE);
  }
  size_t size = 0, capacity = 1 << 16;
  char *text = malloc(capacity + 1);
  *count = 0;
  for (int c; text != NULL && (c = getc(file)) != EOF;) {
    if (c == '\r' || (c == '\n' && (size == 0 || text[size - 1] == '\n'))) continue;
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    if (c == '\n') {
      while (size > 0 && text[size - 1] == ' ') size--;
      (*count)++;
    }
    text[size++] = (char)c;
    if (size == capacity) text = realloc(text, (capacity *= 2) + 1);
  }
  fclose(file);
  if (text != NULL && size > 0 && text[size - 1] != '\n') {
    text[size++] = '\n';
    (*count)++;
  }
  if (text == NULL || *count == 0) {
    fprintf(stderr, "%s has no names\n", path);
    exit(EXIT_FAILURE);
  }
  text[size] = '\0';
  return text;
}

/* SimpleRNN over one-hot letters, and the probability of each next letter. */
static unroll_model *build(const settings *s, const char *vocabulary, size_t letters) {
  unroll_model_options options;
  unroll_model_options_init(&options, sizeof options);
  options.seed = s->seed;
  options.dtype = s->float64 ? UNROLL_DTYPE_FLOAT64 : UNROLL_DTYPE_FLOAT32;
  unroll_model *model;
  check(unroll_model_create(&options, &model));

  /* Stateful: each name starts from the hidden state at the end of the previous one. */
  unroll_input_options input;
  unroll_input_options_init(&input, sizeof input);
  input.rank = 2;
  input.shape[0] = UNROLL_AXIS_ANY;
  input.shape[1] = (int64_t)letters;
  input.batch_size = 1;
  check(unroll_model_add_input(model, &input));

  const unroll_initializer small = {UNROLL_INITIALIZER_RANDOM_NORMAL, 0, 0.01};
  unroll_recurrent_options rnn;
  unroll_recurrent_options_init(&rnn, sizeof rnn);
  rnn.units = s->units;
  rnn.return_sequences = 1;
  rnn.stateful = 1;
  rnn.kernel_initializer = small;
  rnn.recurrent_initializer = small;
  check(unroll_model_add_simple_rnn(model, &rnn));

  unroll_dense_options dense;
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = letters;
  dense.activation = UNROLL_ACTIVATION_SOFTMAX;
  dense.kernel_initializer = small;
  check(unroll_model_add_dense(model, &dense));
  check(unroll_model_build(model, NULL, 0));
  check(unroll_model_set_vocabulary(model, vocabulary));

  unroll_optimizer_options sgd;
  check(unroll_optimizer_options_init(&sgd, UNROLL_OPTIMIZER_SGD, sizeof sgd));
  sgd.learning_rate = 0.01;
  sgd.clipvalue = 5;
  unroll_compile_options compile;
  unroll_compile_options_init(&compile, sizeof compile);
  compile.optimizer = &sgd;
  compile.loss.kind = UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
  compile.loss.reduction = UNROLL_REDUCTION_SUM;
  check(unroll_model_compile(model, &compile));
  return model;
}

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

typedef struct {
  const settings *settings;
  const unroll_model *model;
  double began;
  int on_terminal;
} watcher;

static void print_names(const watcher *w, size_t iteration) {
  unroll_generate_options draw;
  unroll_generate_options_init(&draw, sizeof draw);
  draw.end_symbol = END;
  draw.limit = LONGEST_NAME;
  draw.temperature = w->settings->temperature;
  draw.top_k = w->settings->top_k;
  for (int sample = 0; sample < SAMPLES; sample++) {
    char name[4 * LONGEST_NAME + 1]; /* a character has at most 4 bytes */
    draw.seed = w->settings->seed + iteration + (size_t)sample;
    check(unroll_model_generate_text(w->model, "", &draw, name, sizeof name, NULL));
    if (name[0] >= 'a' && name[0] <= 'z') name[0] -= 'a' - 'A';
    printf("  %s\n", name);
  }
}

/* Loss and seven names every 2,000 iterations; on a terminal a progress line between. */
static int watch(const unroll_sequence_progress *p, void *user_data) {
  const watcher *w = user_data;
  if (p->iteration % REPORT_EVERY == 0 || p->iteration + 1 == w->settings->iterations) {
    printf("%siteration %zu, loss %.6f\n", w->on_terminal ? "\r\033[K" : "", p->iteration, p->smoothed_loss);
    print_names(w, p->iteration);
  } else if (w->on_terminal) {
    printf("\r\033[Kiteration %zu of %zu, loss %.2f, %.0f names/s", p->iteration, w->settings->iterations,
           p->smoothed_loss, (double)p->iteration / (seconds() - w->began));
  }
  fflush(stdout);
  return UNROLL_CALLBACK_CONTINUE;
}

int main(int argc, char **argv) {
  settings s = parse(argc, argv);
  size_t names, letters = 0, length;
  char *text = read_names(s.data, &names);
  check(unroll_vocabulary_collect(text, NULL, 0, &length));
  char *vocabulary = malloc(length + 1);
  size_t *lengths = malloc(names * sizeof *lengths);
  int32_t *symbols = malloc((strlen(text) + 1) * sizeof *symbols);
  if (vocabulary == NULL || lengths == NULL || symbols == NULL) return EXIT_FAILURE;
  check(unroll_vocabulary_collect(text, vocabulary, length + 1, &length));
  for (size_t i = 0; i < length; i++) letters += (vocabulary[i] & 0xC0) != 0x80;
  unroll_model *model = build(&s, vocabulary, letters);

  /* One name after the other, without line feeds: fit_sequences adds the end symbol. */
  size_t used = 0, name = 0;
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    check(unroll_model_encode(model, line, symbols + used, strlen(line), &lengths[name]));
    used += lengths[name++];
  }
  printf("%zu names, %zu characters\n", name, letters);

  watcher w = {&s, model, seconds(), isatty(STDOUT_FILENO)};
  unroll_sequence_options train;
  unroll_sequence_options_init(&train, sizeof train);
  train.iterations = s.iterations;
  train.end_symbol = END;
  train.seed = s.seed;
  train.initial_loss = SAMPLES * log((double)letters);
  train.callback = watch;
  train.user_data = &w;
  train.callback_every = PROGRESS_EVERY;
  check(unroll_model_fit_sequences(model, symbols, lengths, name, &train, NULL));
  printf("%zu iterations in %.2f s\n", s.iterations, seconds() - w.began);

  if (s.save != NULL) {
    check(unroll_model_save(model, s.save, NULL));
    printf("saved as %s\n", s.save);
  }
  unroll_model_destroy(model);
  free(symbols);
  free(lengths);
  free(vocabulary);
  free(text);
  return 0;
}
