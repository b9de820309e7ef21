import KernelAPI
import Unroll

/// The parameters of a layer as Keras nests them: its own variables, then
/// those of named parts (a recurrent layer's cell, a wrapper's layer), then
/// those of a list (a model's layers, stacked cells). Walking it in this order
/// gives the engine's parameters in order.
struct WeightTree {
  enum Kind: Equatable {
    case plain
    case conv1D
    case cell(Cell)

    /// The number of arrays that Keras 1 stored for each current one.
    var gates: Int { if case .cell(let cell) = self { cell.kind.gates } else { 1 } }
  }

  /// No more of its configuration: trees are nested as deep as models, on the stack
  /// of the host's thread.
  struct Cell: Equatable {
    let kind: RecurrentCell
    let units: Int
    let resetAfter: Bool
  }

  /// In weight names: "lstm_1", "lstm_cell", "forward_lstm".
  var name: String
  var kind = Kind.plain
  /// Names of its own variables, moving statistics last.
  var own: [String] = []
  /// The number of weights at the end of `own` that are never trained.
  var statistics = 0
  var isTrainable = true
  /// Parts with the path of their group in the v3 format.
  var parts: [Part] = []
  /// Group of the list in the v3 format ("layers", "cells").
  var listPath = ""
  /// Elements with the class in snake case, which names their groups.
  var list: [Element] = []

  struct Part {
    let path: String
    let tree: WeightTree
    init(_ path: String, _ tree: WeightTree) {
      self.path = path
      self.tree = tree
    }
  }

  struct Element {
    let snake: String
    let tree: WeightTree
  }

  init(name: String, own: [String] = []) {
    self.name = name
    self.own = own
  }

  /// Whether it is a cell that has a CuDNN form.
  var isGated: Bool { kind.gates > 1 }

  var count: Int { own.count + parts.reduce(0) { $0 + $1.tree.count } + list.reduce(0) { $0 + $1.tree.count } }

  /// One parameter and its place.
  struct Slot {
    /// "lstm_1/lstm_cell/kernel"
    let name: String
    /// Keras' trainable_weights come first in the legacy format.
    let isTrainable: Bool
    /// Slots of one cell or layer share it.
    let leaf: Int
    let kind: Kind
    /// Index among the leaf's own variables.
    let index: Int
  }

  var slots: [Slot] {
    var result: [Slot] = []
    var leaf = 0
    collect("", true, &leaf, &result)
    return result
  }

  private func collect(_ prefix: String, _ parentTrainable: Bool, _ leaf: inout Int, _ result: inout [Slot]) {
    let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
    let trainable = parentTrainable && isTrainable
    for (index, variable) in own.enumerated() {
      result.append(
        Slot(
          name: "\(path)/\(variable)", isTrainable: trainable && index < own.count - statistics, leaf: leaf, kind: kind,
          index: index))
    }
    leaf += 1
    for part in parts { part.tree.collect(path, trainable, &leaf, &result) }
    for element in list { element.tree.collect(path, trainable, &leaf, &result) }
  }

  /// Positions of the slots in the order of the legacy format.
  var legacyOrder: [Int] {
    let slots = self.slots
    return slots.indices.filter { slots[$0].isTrainable } + slots.indices.filter { !slots[$0].isTrainable }
  }

  /// How many arrays Keras 1 stored: one for each gate.
  var keras1Count: Int {
    own.count * kind.gates + parts.reduce(0) { $0 + $1.tree.keras1Count } + list.reduce(0) { $0 + $1.tree.keras1Count }
  }
}

// MARK: - From a specification

extension WeightTree {
  init(_ layer: LayerSpec) {
    self.init(name: layer.name)
    isTrainable = layer.trainable
    switch layer.config {
    case .recurrent(let config): parts = [Part("cell", WeightTree(cell: config, name: ""))]
    case .stackedRNN(let config):
      let cells = config.cells.enumerated().map { index, cell in
        let given = config.cellNames.indices.contains(index) ? config.cellNames[index] : ""
        let unique = given.isEmpty || config.isStacked ? "\(cell.cellSnakeName)_\(index)" : given
        var tree = WeightTree(cell: cell, name: unique)
        tree.isTrainable = !config.frozenCells.contains(index)
        return Element(snake: cell.cellSnakeName, tree: tree)
      }
      if config.isStacked {
        var stack = WeightTree(name: "stacked_rnn_cells")
        stack.listPath = "cells"
        stack.list = cells
        parts = [Part("cell", stack)]
      } else {
        parts = cells.map { Part("cell", $0.tree) }
      }
    case .timeDistributed(let inner): parts = [Part("layer", WeightTree(inner))]
    case .bidirectional(let config):
      var forward = WeightTree(config.forward)
      var backward = WeightTree(config.backward ?? config.forward)
      forward.name = "forward_\(config.forward.config.snakeName)"
      backward.name = "backward_\((config.backward ?? config.forward).config.snakeName)"
      parts = [Part("forward_layer", forward), Part("backward_layer", backward)]
    case .model(let spec):
      listPath = "layers"
      list = Self.elements(of: spec)
    default:
      if case .conv1D = layer.config { kind = .conv1D }
      declare(layer.config.configuration?.weights ?? [])
    }
  }

  private init(cell: RecurrentConfig, name: String) {
    self.init(name: name.isEmpty ? cell.cellSnakeName : name)
    kind = .cell(Cell(kind: cell.cell, units: cell.units, resetAfter: cell.resetAfter))
    declare(cell.weights)
  }

  private mutating func declare(_ weights: [WeightDeclaration]) {
    own = weights.map(\.name)
    statistics = weights.count { !$0.isWeight }
  }

  /// A model's layers as Keras' `model.layers` lists them: Sequential hides its input.
  static func elements(of spec: ModelSpec) -> [Element] {
    spec.layers.filter { !(spec.isSequential && $0.config.isInput) }.map {
      Element(snake: $0.config.snakeName, tree: WeightTree($0))
    }
  }

  static func of(_ spec: ModelSpec) -> WeightTree {
    var tree = WeightTree(name: "")
    tree.listPath = "layers"
    tree.list = elements(of: spec)
    return tree
  }
}

extension RecurrentConfig {
  var cellSnakeName: String { LayerConfig.snakeCase(cell.cellClassName) }
}
