import Unroll

/// Loads arrays of a file into a built model.
enum WeightLoading {
  /// Compares the arrays of a file with those a model needs, before either is allocated.
  static func check(_ sources: [SourceArray], _ parameters: [ParameterInfo]) throws(UnrollError) {
    guard sources.count == parameters.count else {
      throw UnrollError(.shapeMismatch, "the model has \(parameters.count) weights, the file has \(sources.count)")
    }
    for (source, parameter) in zip(sources, parameters) where source.shape != parameter.shape {
      throw UnrollError(
        .shapeMismatch, "\(parameter.name): expected shape \(Shape.tuple(parameter.shape)), found \(Shape.tuple(source.shape)) at \(source.path)")
    }
  }

  /// Deflate expands one byte to at most about a thousand, and uncompressed data is in the
  /// file once: a few bytes cannot be a large model.
  static func checkBudget(_ sources: [SourceArray], fileBytes: Int) throws(UnrollError) {
    var all = 0, plain = 0
    for source in sources {
      let (sum, overflow) = all.addingReportingOverflow(source.byteCount)
      guard !overflow, sum / 1100 <= fileBytes else {
        throw UnrollError(
          .format, "the arrays up to \(source.path) declare \(overflow ? Int.max : sum) bytes, more than a file of \(fileBytes) can hold")
      }
      all = sum
      plain += source.plainByteCount
      guard plain <= fileBytes else {
        throw UnrollError(.format, "the arrays up to \(source.path) take \(plain) bytes, in a file of \(fileBytes): some of them are the same")
      }
    }
  }

  /// Fills a new model, one array after the other.
  static func fill(_ model: Model, from sources: [SourceArray]) throws(UnrollError) {
    for (index, source) in sources.enumerated() {
      try source.read().withElements { bytes, type throws(UnrollError) in
        try model.writeParameter(index, from: bytes, type: type)
      }
    }
    try model.weightsChanged()
  }

  /// Replaces a model's weights: all are read before the first is copied, so that a
  /// failure leaves the model as it was.
  static func replace(in model: Model, by sources: [SourceArray]) throws(UnrollError) {
    var values: [ArrayValues] = []
    for source in sources { values.append(try source.read()) }
    for (index, array) in values.enumerated() {
      try array.withElements { bytes, type throws(UnrollError) in try model.writeParameter(index, from: bytes, type: type) }
    }
    try model.weightsChanged()
  }
}
