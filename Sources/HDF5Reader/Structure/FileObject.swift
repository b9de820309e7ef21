import UnrollErrors

/// A group or dataset with what has been parsed of it.
final class FileObject {
  let header: ObjectHeader
  private var knownLinks: LinkTable?
  private var knownAttributes: NameTable<AttributeMessage>?
  /// Whether the index of a dataset's chunks has been charged for.
  var indexIsCharged = false

  init(_ header: ObjectHeader) { self.header = header }

  var isGroup: Bool { header.has(.symbolTable) || header.has(.linkInformation) }
  var isDataset: Bool { !isGroup && header.has(.datatype) && header.has(.dataspace) }

  func links(in file: FileContext) throws(UnrollError) -> LinkTable {
    if let knownLinks { return knownLinks }
    let links = try LinkTable(file, header)
    knownLinks = links
    return links
  }

  func attributes(in file: FileContext) throws(UnrollError) -> NameTable<AttributeMessage> {
    if let knownAttributes { return knownAttributes }
    let attributes = try AttributeMessage.table(file, header)
    knownAttributes = attributes
    return attributes
  }
}
