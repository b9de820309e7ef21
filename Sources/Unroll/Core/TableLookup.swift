import KernelAPI

/// Rows of a table that one operation of a training plan looks up.
///
/// A batch reaches few of a large table's rows. Their gradients are kept by vector,
/// where `room` says, and added to the table's once for the whole batch: no lane
/// needs a gradient of the table's size.
final class TableLookup<S: Scalar> {
  /// The index of each vector, -1 for none, and its gradient.
  struct Room {
    var indices: UnsafeMutablePointer<S>
    var gradients: UnsafeMutablePointer<S>
  }

  let table: Parameter<S>
  let vectors: Int
  let width: Int
  /// Set by whoever runs the plan; without it the table's gradient is added to at once.
  var room: Room?

  init(_ table: Parameter<S>, vectors: Int, width: Int) {
    self.table = table
    self.vectors = vectors
    self.width = width
  }

  /// dE[x] += dy
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func take(_ indices: UnsafePointer<S>, _ dy: UnsafePointer<S>, _ run: RunContext<S>) {
    if let room {
      room.indices.update(from: indices, count: vectors)
      room.gradients.update(from: dy, count: vectors * width)
    } else {
      let gradient = run.gradient(of: table)
      for vector in 0..<vectors where indices[vector] >= 0 {
        let to = gradient + Int(indices[vector]) * width, from = dy + vector * width
        for i in 0..<width { to[i] += from[i] }
      }
    }
  }
}

/// What the lookups of a plan's shards came to, for a whole batch.
final class LookupRecord<S: Scalar> {
  private let table: Parameter<S>
  private let vectorsOfRow: Int
  private let rows: Int
  private let width: Int
  private let indices: AlignedBuffer<S>
  private let gradients: AlignedBuffer<S>

  /// Of a batch of `rows`, as `lookup` of a plan for `planRows` has them.
  init(_ lookup: TableLookup<S>, planRows: Int, rows: Int) throws(UnrollError) {
    table = lookup.table
    vectorsOfRow = lookup.vectors / max(planRows, 1)
    self.rows = rows
    width = lookup.width
    let vectors = try checkedProduct([vectorsOfRow, rows], "the indices of a batch")
    indices = try AlignedBuffer(count: vectors)
    gradients = try AlignedBuffer(count: try checkedProduct([vectors, width], "the gradients of a batch's vectors"))
  }

  var byteCount: Int { (indices.count + gradients.count) * MemoryLayout<S>.stride }

  func room(firstRow: Int) -> TableLookup<S>.Room {
    let vector = firstRow * vectorsOfRow
    return .init(indices: indices.pointer + vector, gradients: gradients.pointer + vector * width)
  }

  /// Columns that one task of `add` takes at least: four cache lines.
  private static var leastColumns: Int { 64 }
  var parts: Int { max(width / Self.leastColumns, 1) }

  /// Adds `scale` times all vectors to the table's gradient, in their order: the
  /// columns of one of so many parts.
  func add(_ part: Int, of parts: Int, scale: Double, to gradients: UnsafeMutablePointer<S>, _ kernels: KernelTable<S>) {
    let first = width * part / parts, count = width * (part + 1) / parts - first
    if count == 0 { return }
    let table = gradients + table.offset + first
    var from = self.gradients.pointer + first
    for vector in 0..<vectorsOfRow * rows {
      if indices[vector] >= 0 { kernels.axpy(count, scale, from, table + Int(indices[vector]) * width) }
      from += width
    }
  }

  /// Zeroes the rows that `add` added to.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func clear(_ gradients: UnsafeMutablePointer<S>) {
    for vector in 0..<vectorsOfRow * rows where indices[vector] >= 0 {
      (gradients + table.offset + Int(indices[vector]) * width).update(repeating: 0, count: width)
    }
  }
}
