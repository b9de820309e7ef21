import ByteInput
import UnrollErrors

/// A dataset whose type, shape and storage have been checked. Nothing is read or
/// allocated for its elements before `read(into:)`.
public struct H5Dataset {
  public let path: String
  /// () for a scalar, (0,) for a null dataspace.
  public let shape: [Int]
  public let element: H5Element
  /// The product of `shape`.
  public let count: Int

  let file: FileContext
  let object: FileObject
  let space: Dataspace
  let isBigEndian: Bool
  let layout: Layout
  let filters: FilterPipeline
  /// One element as the file holds it; nil is zero.
  let fillValue: Cursor?

  public var attributes: H5Attributes { H5Attributes(file, object, path: path) }

  /// "float32"
  public var elementName: String { element.rawValue }

  /// What `read(into:)` gives: float16 and bfloat16 become float32, every
  /// integer becomes int64.
  public var memoryType: H5MemoryType { element.memoryType }

  /// The bytes that `read(into:)` fills: `count` elements of `memoryType`.
  public let memoryByteCount: Int

  init(_ file: FileContext, _ object: FileObject, path: String) throws(UnrollError) {
    self.file = file
    self.object = object
    self.path = path
    let header = object.header
    let attributes = H5Attributes(file, object, path: path)
    func required(_ type: MessageType) throws(UnrollError) -> Cursor {
      guard let message = try header.message(type) else {
        throw UnrollError(.format, "the dataset's \(type.name) is missing; the file is damaged")
      }
      return message
    }
    let parsed = try at(path) { () throws(UnrollError) in
      guard !header.has(.externalFiles) else {
        throw UnrollError(.unsupported, "data in external files is not read: a model file must hold its data itself")
      }
      return (
        type: try Datatype(try required(.datatype), file.sizes), space: try Dataspace(try required(.dataspace), file.sizes),
        layout: try Layout(try required(.layout), file), filters: try header.message(.filters).map(FilterPipeline.init) ?? FilterPipeline(),
        fill: try FillValue.read(header)
      )
    }
    space = parsed.space
    shape = space.shape
    layout = parsed.layout
    filters = parsed.filters
    fillValue = parsed.fill
    (element, isBigEndian) = try Self.element(of: parsed.type, path: path, attributes)
    // An empty axis makes any others harmless.
    count = shape.contains(0) ? 0 : try at(path) { () throws(UnrollError) in try declaredProduct(parsed.space.shape, "the dataset") }
    memoryByteCount = try declaredProduct([count, element.memoryType.byteCount], path)
    try at(path) { () throws(UnrollError) in try checkStorage() }
  }

  private static func element(
    of type: Datatype, path: String, _ attributes: H5Attributes
  ) throws(UnrollError) -> (H5Element, bigEndian: Bool) {
    switch type.kind {
    // ml_dtypes' bfloat16 has no HDF5 type in most files: two bytes, opaque or
    // an integer, and an attribute.
    case .opaque where type.size == 2:
      if try attributes.string("dtype") == "bfloat16" { return (.bfloat16, false) }
    case .number(let element, let bigEndian):
      let isBare = element == .int16 || element == .uint16
      let name = isBare ? try attributes.string("dtype") : nil
      return (name == "bfloat16" ? .bfloat16 : element, bigEndian)
    default: break
    }
    throw UnrollError(
      .unsupported, "\(path): the elements are \(type.name); expected float16, bfloat16, float32, float64 or integers")
  }

  /// Bytes of the elements in the file's type.
  var declared: Int { count * element.byteCount }

  /// Refuses sizes that the file cannot hold.
  private func checkStorage() throws(UnrollError) {
    guard declared > 0 else { return }
    let total = file.source.count
    switch layout {
    case .compact(let bytes):
      guard bytes.left >= declared else {
        throw UnrollError(.format, "declares \(declared) bytes but stores \(bytes.left); the file is damaged")
      }
    case .contiguous(let address?, let stored):
      guard stored ?? declared >= declared else {
        throw UnrollError(.format, "declares \(declared) bytes but stores \(stored ?? 0); the file is damaged")
      }
      guard file.holds(declared, at: address) else {
        throw UnrollError(
          .format, "declares \(declared) bytes at byte \(address) in a file of \(total); the file is damaged or truncated")
      }
    case .contiguous(nil, _): try refuseBomb(stored: 0)
    case .chunked(let layout):
      guard layout.lengths.count == shape.count, layout.elementSize == element.byteCount else {
        throw UnrollError(
          .format,
          "chunks of shape \(layout.lengths) and elements of \(layout.elementSize) bytes in a dataset of shape \(shape) and \(element); the file is damaged"
        )
      }
      try refuseBomb(stored: total)
    }
  }

  /// A declared size is refused if it is over 4 GiB and over 1000 times what
  /// is stored (Keras' own rule for "shape bombs").
  func refuseBomb(stored: Int) throws(UnrollError) {
    guard declared <= 4 << 30 || declared / 1000 <= stored else {
      throw UnrollError(.format, "declares \(declared) bytes but stores \(stored); refused")
    }
  }
}

extension H5Dataset {
  /// Bytes of the elements that stand in the file as they are, in one piece; 0
  /// for chunks, which may be compressed, and for what was never written.
  public var plainByteCount: Int {
    switch layout {
    case .compact, .contiguous(_?, _): declared
    case .contiguous(nil, _), .chunked: 0
    }
  }
}
