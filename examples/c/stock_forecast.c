/*
 * Forecasts the next day's opening price with four LSTM layers: the stock
 * model, from a CSV file to a table of forecasts.
 *
 *   stock_forecast [--data FILE] [--test-data FILE] [--epochs N] [options]
 *
 * Without --data it runs on generated prices. Run it with --help for all options.
 *
 * Introduces: scaling a series and back, a deep model with dropout, progress,
 * saving and loading, comparing a forecast with "tomorrow = today".
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "prices.h"

typedef struct {
  const char *data, *test_data, *column, *save;
  size_t epochs, window, batch_size, threads;
  unsigned long long seed;
  int as_in_report;
} settings;

static void usage(const char *program, int status) {
  fprintf(status ? stderr : stdout,
          "usage: %s [options]\n"
          "  --data FILE       CSV with the columns Date and Open; default: generated prices\n"
          "  --test-data FILE  CSV of further days; default: the last 5%% of the data\n"
          "  --column NAME     column to forecast (Open)\n"
          "  --preset NAME     tata: window 60, batch 32 (default); hsi: window 7, batch 3\n"
          "  --epochs N        (100)\n"
          "  --window N        days that a forecast is made from\n"
          "  --batch-size N\n"
          "  --seed N          of weights, dropout, order and generated prices (0)\n"
          "  --threads N       0: one per core (0); the results do not depend on it\n"
          "  --save FILE       save the model to FILE (stock.h5)\n"
          "  --as-in-report    the rows in the order of the files, test data after the data,\n"
          "                    whatever their dates; default: by date, the last days are the test\n",
          program);
  exit(status);
}

static unsigned long long number(const char *program, const char *text) {
  char *end;
  unsigned long long value = strtoull(text, &end, 10);
  if (end == text || *end != '\0' || *text == '-') {
    fprintf(stderr, "%s: expected a number, found '%s'\n", program, text);
    exit(EXIT_FAILURE);
  }
  return value;
}

static settings parse(int argc, char **argv) {
  settings s = {NULL, NULL, "Open", "stock.h5", 100, 60, 32, 0, 0, 0};
  for (int i = 1; i < argc; i++) {
    const char *option = argv[i];
    if (strcmp(option, "--help") == 0) usage(argv[0], EXIT_SUCCESS);
    if (strcmp(option, "--as-in-report") == 0) {
      s.as_in_report = 1;
      continue;
    }
    if (i + 1 == argc) usage(argv[0], EXIT_FAILURE);
    const char *value = argv[++i];
    if (strcmp(option, "--data") == 0) s.data = value;
    else if (strcmp(option, "--test-data") == 0) s.test_data = value;
    else if (strcmp(option, "--column") == 0) s.column = value;
    else if (strcmp(option, "--save") == 0) s.save = value;
    else if (strcmp(option, "--epochs") == 0) s.epochs = number(argv[0], value);
    else if (strcmp(option, "--window") == 0) s.window = number(argv[0], value);
    else if (strcmp(option, "--batch-size") == 0) s.batch_size = number(argv[0], value);
    else if (strcmp(option, "--threads") == 0) s.threads = number(argv[0], value);
    else if (strcmp(option, "--seed") == 0) s.seed = number(argv[0], value);
    else if (strcmp(option, "--preset") == 0 && strcmp(value, "tata") == 0) s.window = 60, s.batch_size = 32;
    else if (strcmp(option, "--preset") == 0 && strcmp(value, "hsi") == 0) s.window = 7, s.batch_size = 3;
    else usage(argv[0], EXIT_FAILURE);
  }
  if (s.test_data != NULL && s.data == NULL) {
    fprintf(stderr, "%s: --test-data needs --data\n", argv[0]);
    exit(EXIT_FAILURE);
  }
  return s;
}

/* The whole series, of which the last *test_days are for testing. */
static price_series read_prices(const settings *s, size_t *test_days) {
  price_series series = s->data ? prices_read(s->data, s->column) : prices_generate(1500, s->seed);
  *test_days = series.count / 20;
  if (s->test_data != NULL) {
    price_series test = prices_read(s->test_data, s->column);
    *test_days = test.count;
    prices_append(&series, &test);
  }
  if (!s->as_in_report) prices_sort(&series);
  if (*test_days == 0 || series.count < *test_days + s->window + 1) {
    fprintf(stderr, "%zu days are too few for windows of %zu and a test\n", series.count, s->window);
    exit(EXIT_FAILURE);
  }
  return series;
}

/* 4 x (LSTM 50, Dropout 0.2), Dense 1. */
static unroll_model *build(const settings *s) {
  unroll_model_options options;
  unroll_model_options_init(&options, sizeof options);
  options.seed = s->seed;
  unroll_model *model;
  check(unroll_model_create(&options, &model));

  unroll_recurrent_options lstm;
  unroll_recurrent_options_init(&lstm, sizeof lstm);
  lstm.units = 50;
  for (int layer = 0; layer < 4; layer++) {
    lstm.return_sequences = layer < 3;
    check(unroll_model_add_lstm(model, &lstm));
    check(unroll_model_add_dropout(model, 0.2, NULL));
  }
  unroll_dense_options dense;
  unroll_dense_options_init(&dense, sizeof dense);
  dense.units = 1;
  check(unroll_model_add_dense(model, &dense));

  const int64_t shape[2] = {(int64_t)s->window, 1};
  check(unroll_model_build(model, shape, 2));
  check(unroll_model_compile(model, NULL)); /* Adam, mean squared error */
  check(unroll_model_set_thread_count(model, s->threads));
  return model;
}

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* One line per epoch; on a terminal it is updated while the epoch runs. */
static int show_progress(const unroll_progress *p, void *user_data) {
  const int on_terminal = *(const int *)user_data;
  if (p->event != UNROLL_EVENT_EPOCH_END && !(p->event == UNROLL_EVENT_BATCH_END && on_terminal))
    return UNROLL_CALLBACK_CONTINUE;
  const size_t done = p->event == UNROLL_EVENT_EPOCH_END ? p->batches : p->batch + 1;
  char bar[21];
  for (size_t i = 0; i < 20; i++) bar[i] = i * p->batches < done * 20 ? '=' : '.';
  bar[20] = '\0';
  const double left = p->seconds / (double)done * (double)(p->batches - done);
  printf("%sEpoch %3zu/%zu  %4zu/%zu [%s]  loss %.6f  %5.1f s%s", on_terminal ? "\r" : "", p->epoch + 1, p->epochs,
         done, p->batches, bar, p->values[0], p->event == UNROLL_EVENT_EPOCH_END ? p->seconds : left,
         p->event == UNROLL_EVENT_EPOCH_END ? "     \n" : " left");
  fflush(stdout);
  return UNROLL_CALLBACK_CONTINUE;
}

static void train(unroll_model *model, const settings *s, const unroll_array *scaled) {
  unroll_window_options cut;
  unroll_window_options_init(&cut, sizeof cut);
  cut.window = s->window;
  unroll_array x, y; /* views of the scaled series: nothing is copied */
  check(unroll_array_view_windows(scaled, &cut, &x, &y));

  unroll_data data;
  unroll_data_init(&data, sizeof data);
  data.inputs = &x;
  data.input_count = 1;
  data.targets = &y;
  data.target_count = 1;
  int on_terminal = isatty(STDOUT_FILENO);
  unroll_fit_options fit;
  unroll_fit_options_init(&fit, sizeof fit);
  fit.epochs = s->epochs;
  fit.batch_size = s->batch_size;
  fit.seed = s->seed;
  fit.callback = show_progress;
  fit.user_data = &on_terminal;
  const double start = seconds();
  unroll_history *history;
  check(unroll_model_fit(model, &data, &fit, &history));
  double loss;
  check(unroll_history_get_value(history, s->epochs - 1, 0, &loss));
  unroll_history_destroy(history);
  printf("trained on %lld windows in %.1f s, final loss %.3e\n", (long long)x.shape[0], seconds() - start, loss);
}

/* One forecast for each of the last `days` days, each from the `window` actual
 * prices before it, in the series' units. */
static double *forecast(const unroll_model *model, const settings *s, const unroll_scaler *scaler,
                        const unroll_array *scaled, size_t days) {
  unroll_array last = *scaled;
  last.data = (float *)scaled->data + scaled->shape[0] - (int64_t)(days + s->window);
  last.shape[0] = (int64_t)(days + s->window);
  unroll_window_options cut;
  unroll_window_options_init(&cut, sizeof cut);
  cut.window = s->window;
  unroll_array x;
  check(unroll_array_view_windows(&last, &cut, &x, NULL));

  double *result = malloc(days * sizeof *result);
  if (result == NULL) exit(EXIT_FAILURE);
  unroll_array y = unroll_array_view_2d(result, UNROLL_DTYPE_FLOAT64, (int64_t)days, 1);
  check(unroll_model_predict(model, &x, &y, NULL));
  check(unroll_scaler_inverse_transform(scaler, &y, &y));
  return result;
}

static void report(const price_series *series, const double *forecast, size_t days) {
  const price *truth = series->items + series->count - days;
  double square = 0, absolute = 0, naive_square = 0, naive_absolute = 0;
  printf("\n      date      truth   forecast\n");
  for (size_t day = 0; day < days; day++) {
    const double error = forecast[day] - truth[day].value;
    const double naive = truth[day - 1].value - truth[day].value;
    square += error * error;
    absolute += fabs(error);
    naive_square += naive * naive;
    naive_absolute += fabs(naive);
    if (day < 10 || day + 10 >= days) {
      printf("%04d-%02d-%02d  %9.2f  %9.2f\n", truth[day].date / 10000, truth[day].date / 100 % 100,
             truth[day].date % 100, truth[day].value, forecast[day]);
    } else if (day == 10) {
      printf("       ...\n");
    }
  }
  const double n = (double)days;
  printf("\nin the series' units, over %zu days:\n", days);
  printf("  network                    RMSE %9.3f  MAE %9.3f\n", sqrt(square / n), absolute / n);
  printf("  naive (tomorrow = today)   RMSE %9.3f  MAE %9.3f\n", sqrt(naive_square / n), naive_absolute / n);
}

int main(int argc, char **argv) {
  const settings s = parse(argc, argv);
  const double start = seconds();
  size_t test_days;
  price_series series = read_prices(&s, &test_days);
  const int64_t count = (int64_t)series.count, train_count = count - (int64_t)test_days;
  printf("%s: %lld days to train on, %zu to test\n", s.data ? s.data : "generated prices", (long long)train_count,
         test_days);

  /* The prices are members of structs: a view with strides reads them in place.
   * The scaler must not see the test days. */
  unroll_array prices = unroll_array_view_1d(&series.items[0].value, UNROLL_DTYPE_FLOAT64, count);
  prices.strides[0] = sizeof(price);
  unroll_array train_prices = prices;
  train_prices.shape[0] = train_count;
  unroll_scaler *scaler;
  check(unroll_scaler_create(0, 1, &scaler));
  check(unroll_scaler_fit(scaler, &train_prices));
  float *values = malloc(series.count * sizeof *values);
  if (values == NULL) return EXIT_FAILURE;
  unroll_array scaled = unroll_array_view_1d(values, UNROLL_DTYPE_FLOAT32, count);
  check(unroll_scaler_transform(scaler, &prices, &scaled));
  unroll_array train_scaled = unroll_array_view_1d(values, UNROLL_DTYPE_FLOAT32, train_count);

  unroll_model *model = build(&s);
  train(model, &s, &train_scaled);
  check(unroll_model_save(model, s.save, NULL));
  unroll_model_destroy(model);

  /* From here on only the saved model is used. */
  check(unroll_model_load(s.save, NULL, &model));
  double *forecasts = forecast(model, &s, scaler, &scaled, test_days);
  report(&series, forecasts, test_days);
  printf("model saved as %s; %.1f s in all\n", s.save, seconds() - start);

  free(forecasts);
  unroll_model_destroy(model);
  unroll_scaler_destroy(scaler);
  free(values);
  prices_free(&series);
  return 0;
}
