/*
 * oneDNN's recurrent primitives, the bound that a framework on top of them
 * cannot beat: forward and backward alone, with no optimizer, no dropout, no
 * loss and no Dense layer; weights are brought into the primitives' own
 * formats once, although training would have to do that after every step.
 * The protocol is that of worker.py. Builds with oneDNN 2 and 3.
 */
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "protocol.h"

using dnnl::memory;
using dnnl::prop_kind;
using Tag = memory::format_tag;
using Arguments = std::unordered_map<int, memory>;

static dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
static dnnl::stream queue(cpu);

static memory::desc describe(memory::dims dims, Tag tag) { return {dims, memory::data_type::f32, tag}; }

/* Memory with small seeded values: no denormals, nothing saturates. */
static memory filled(const memory::desc &desc) {
  static unsigned long state = 1;
  memory result(desc, cpu);
  float *values = static_cast<float *>(result.get_data_handle());
  for (size_t i = 0; i < desc.get_size() / sizeof(float); i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    values[i] = 0.1f * ((float)(state >> 40) / 8388608.0f - 1.0f);
  }
  return result;
}

static memory reordered(memory from, const memory::desc &to) {
  memory result(to, cpu);
  dnnl::reorder(from, result).execute(queue, from, result);
  queue.wait();
  return result;
}

template <class P, class... A> static typename P::primitive_desc plan(const A &...arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename P::primitive_desc(cpu, arguments...);
#else
  return typename P::primitive_desc(typename P::desc(arguments...), cpu);
#endif
}

template <class P, class H, class... A> static typename P::primitive_desc plan_after(const H &forward, const A &...arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename P::primitive_desc(cpu, arguments..., forward);
#else
  return typename P::primitive_desc(typename P::desc(arguments...), cpu, forward);
#endif
}

struct Shape {
  int layers, steps, batch, inputs, units;
  bool gru = false, keeps_state = false;
};

/* One primitive: equal layers on top of each other, forward and perhaps backward. */
class Recurrent {
public:
  Recurrent(Shape s, memory source, bool training) : source(source) {
    const auto direction = dnnl::rnn_direction::unidirectional_left2right;
    const auto kind = training ? prop_kind::forward_training : prop_kind::forward_inference;
    const int gates = s.gru ? 3 : 4;
    const memory::desc none;
    const memory::desc x = describe({s.steps, s.batch, s.inputs}, Tag::tnc), y = describe({s.steps, s.batch, s.units}, Tag::tnc);
    const memory::dims wx_dims{s.layers, 1, s.inputs, gates, s.units}, wh_dims{s.layers, 1, s.units, gates, s.units};
    const memory::desc wx = describe(wx_dims, Tag::any), wh = describe(wh_dims, Tag::any);
    const memory::desc bias = describe({s.layers, 1, s.gru ? 4 : gates, s.units}, Tag::ldgo);
    const memory::desc state = s.keeps_state ? describe({s.layers, 1, s.batch, s.units}, Tag::ldnc) : none;
    const memory wx_plain = filled(describe(wx_dims, Tag::ldigo)), wh_plain = filled(describe(wh_dims, Tag::ldigo));

    result = memory(y, cpu);
    const memory bias_values = filled(bias);
    forward_arguments = {{DNNL_ARG_SRC_LAYER, source}, {DNNL_ARG_BIAS, bias_values}, {DNNL_ARG_DST_LAYER, result}};
    if (s.keeps_state) { /* read and written in place, as a stream does */
      const memory h = filled(state), c = filled(state);
      forward_arguments.insert({{DNNL_ARG_SRC_ITER, h}, {DNNL_ARG_DST_ITER, h}});
      if (!s.gru) forward_arguments.insert({{DNNL_ARG_SRC_ITER_C, c}, {DNNL_ARG_DST_ITER_C, c}});
    }
    if (s.gru) {
      const auto planned = plan<dnnl::lbr_gru_forward>(kind, direction, x, state, wx, wh, bias, y, state);
      forward_arguments.insert({{DNNL_ARG_WEIGHTS_LAYER, reordered(wx_plain, planned.weights_layer_desc())},
                                {DNNL_ARG_WEIGHTS_ITER, reordered(wh_plain, planned.weights_iter_desc())}});
      forward_primitive = dnnl::lbr_gru_forward(planned);
      return;
    }
    const auto planned = plan<dnnl::lstm_forward>(kind, direction, x, state, state, wx, wh, bias, y, state, state);
    forward_arguments.insert({{DNNL_ARG_WEIGHTS_LAYER, reordered(wx_plain, planned.weights_layer_desc())},
                              {DNNL_ARG_WEIGHTS_ITER, reordered(wh_plain, planned.weights_iter_desc())}});
    forward_primitive = dnnl::lstm_forward(planned);
    if (!training) return;

    forward_arguments.insert({DNNL_ARG_WORKSPACE, memory(planned.workspace_desc(), cpu)});
    const auto back = plan_after<dnnl::lstm_backward>(planned, prop_kind::backward, direction, x, none, none, wx, wh, bias, y, none, none,
                                                      x, none, none, wx, wh, bias, y, none, none);
    source_gradient = memory(x, cpu);
    result_gradient = filled(y);
    weight_gradients = {memory(back.diff_weights_layer_desc(), cpu), memory(back.diff_weights_iter_desc(), cpu), memory(bias, cpu)};
    backward_arguments = {
        {DNNL_ARG_SRC_LAYER, source},
        {DNNL_ARG_BIAS, bias_values},
        {DNNL_ARG_DST_LAYER, result},
        {DNNL_ARG_WORKSPACE, forward_arguments.at(DNNL_ARG_WORKSPACE)},
        {DNNL_ARG_WEIGHTS_LAYER, reordered(wx_plain, back.weights_layer_desc())},
        {DNNL_ARG_WEIGHTS_ITER, reordered(wh_plain, back.weights_iter_desc())},
        {DNNL_ARG_DIFF_SRC_LAYER, source_gradient},
        {DNNL_ARG_DIFF_DST_LAYER, result_gradient},
        {DNNL_ARG_DIFF_WEIGHTS_LAYER, weight_gradients[0]},
        {DNNL_ARG_DIFF_WEIGHTS_ITER, weight_gradients[1]},
        {DNNL_ARG_DIFF_BIAS, weight_gradients[2]},
    };
    backward_primitive = dnnl::lstm_backward(back);
  }

  void forward() { forward_primitive.execute(queue, forward_arguments); }

  void backward() {
    for (memory &m : weight_gradients) memset(m.get_data_handle(), 0, m.get_desc().get_size()); /* it adds to them */
    backward_primitive.execute(queue, backward_arguments);
  }

  /* The gradient of the result is what the primitive above says it is. */
  void take_gradient_from(Recurrent &above) {
    result_gradient = above.source_gradient;
    backward_arguments.at(DNNL_ARG_DIFF_DST_LAYER) = result_gradient;
  }

  memory source, result;

private:
  dnnl::primitive forward_primitive, backward_primitive;
  Arguments forward_arguments, backward_arguments;
  memory source_gradient, result_gradient;
  std::vector<memory> weight_gradients;
};

/* Primitives in a row, each reading the result of the one before. */
struct Network {
  std::vector<std::unique_ptr<Recurrent>> parts;

  Network(const std::vector<Shape> &shapes, bool training) {
    for (const Shape &s : shapes) {
      const memory source = parts.empty() ? filled(describe({s.steps, s.batch, s.inputs}, Tag::tnc)) : parts.back()->result;
      parts.emplace_back(new Recurrent(s, source, training));
      if (training && parts.size() > 1) parts[parts.size() - 2]->take_gradient_from(*parts.back());
    }
  }
  void forward() {
    for (auto &part : parts) part->forward();
  }
  void step() {
    forward();
    for (size_t i = parts.size(); i-- > 0;) parts[i]->backward();
  }
};

using Work = std::function<void()>;
static Work work;

static double run() {
  const double start = now();
  work();
  queue.wait();
  return now() - start;
}

/* Of several ways of doing the same, the fastest. */
static Work fastest(const std::vector<Work> &ways) {
  double best = 1e9;
  Work chosen;
  for (const Work &way : ways) {
    work = way;
    run();
    const double first = run(), second = run(), seconds = first < second ? first : second;
    if (seconds < best) best = seconds, chosen = way;
  }
  return chosen;
}

/* Four LSTM of 50: as primitives of one layer, or one for the three alike. */
static std::vector<std::vector<Shape>> stock(int steps, int batch) {
  const Shape first{1, steps, batch, 1, 50}, next{1, steps, batch, 50, 50}, three{3, steps, batch, 50, 50};
  return {{first, next, next, next}, {first, three}};
}

static Work epoch(int steps, int batch, int count) {
  std::vector<Work> ways;
  for (const auto &shapes : stock(steps, batch)) {
    const auto network = std::make_shared<Network>(shapes, true);
    ways.push_back([=] { for (int i = 0; i < count; i++) network->step(); });
  }
  return fastest(ways);
}

static Work predict() {
  std::vector<Work> ways;
  for (int batch : {79, 395})
    for (const auto &shapes : stock(60, batch)) {
      const auto network = std::make_shared<Network>(shapes, false);
      ways.push_back([=] { for (int i = 0; i < 1975 / batch; i++) network->forward(); });
    }
  return fastest(ways);
}

static Work one(Shape shape, bool training) {
  const auto network = std::make_shared<Network>(std::vector<Shape>{shape}, training);
  if (training) return [=] { network->step(); };
  return [=] { network->forward(); };
}

enum { STREAMED = 1000 };

/* The steps of a stream; Dense is a dot product in plain C++. */
static Work stream(int layers, int units, bool gru) {
  std::vector<Shape> shapes;
  for (int i = 0; i < layers; i++) shapes.push_back({1, 1, 1, i == 0 ? 1 : units, units, gru, true});
  const auto network = std::make_shared<Network>(shapes, false);
  return [=] {
    float *input = static_cast<float *>(network->parts.front()->source.get_data_handle());
    const float *output = static_cast<const float *>(network->parts.back()->result.get_data_handle());
    for (int i = 0; i < STREAMED; i++) {
      float sum = 0;
      network->forward();
      for (int j = 0; j < units; j++) sum += 0.1f * output[j];
      *input = 0.5f + 0.1f * sum;
    }
  };
}

int main(int argc, char **argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  double calls = 1;
  omp_set_num_threads(argc > 2 ? atoi(argv[2]) : 1);
  if (name == "W1") work = epoch(60, 32, 62);
  else if (name == "W2") work = epoch(7, 3, 81);
  else if (name == "W5") work = predict();
  else if (name == "W6train") work = one({1, 100, 64, 64, 512}, true);
  else if (name == "W6forward") work = one({1, 100, 64, 64, 512}, false);
  else if (name == "W6wide") work = one({1, 50, 1, 64, 1024}, false);
  else if (name.rfind("W4", 0) == 0 && name.size() == 3) {
    const char kind = name[2];
    work = stream(kind == 'c' ? 4 : 1, kind == 'b' ? 20 : kind == 'd' ? 64 : kind == 'e' ? 256 : 50, kind == 'd');
    calls = 1.0 / STREAMED;
  } else return serve_missing();
  const dnnl_version_t *v = dnnl_version();
  const std::string version = "oneDNN " + std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch) + " primitives alone";
  return serve(version.c_str(), nullptr, run, calls);
}
