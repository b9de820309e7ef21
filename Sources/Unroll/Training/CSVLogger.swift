/// The values of a training's epochs as lines of text, in the columns of Keras' CSVLogger: "epoch",
/// then the names of the first epoch in alphabetical order. A value that an epoch does not have is "NA".
package struct CSVLines: Sendable {
  private let separator: String
  /// Between lines.
  private let lineEnd: String
  private var columns: [String]?
  private var needsHeader: Bool
  /// Whether no epoch has been added yet.
  private var isFirst = true

  /// `firstLine` is that of the file that the lines are added to, with its line feed, empty if there is none. Where
  /// it names columns, "epoch" among them, the lines follow it.
  package init(separator: String = ",", after firstLine: String = "") {
    self.separator = separator
    lineEnd = firstLine.hasSuffix("\r\n") ? "\r\n" : "\n"
    needsHeader = firstLine.isEmpty
    let found = Self.fields(of: firstLine, separator)
    columns = found.contains("epoch") ? found : nil
  }

  /// The lines of an epoch, counted from 0: the first time after that of the names, if the file has none.
  /// `later` are names that only later epochs have values of. A name that is not among the columns of the first line is
  /// refused in the first epoch, in later ones left out, as in Keras.
  package mutating func lines(
    epoch: Int, names: [String], values: [Double], later: [String] = []
  ) throws(UnrollError) -> String {
    let known = columns ?? ["epoch"] + Set(names + later).subtracting(["epoch"]).sorted()
    if let missing = names.first(where: { !known.contains($0) }), isFirst {
      throw UnrollError(
        .invalidArgument, "the log has no column \(missing); its columns are \(known.joined(separator: ", "))")
    }
    let fields = known.map { name in
      if name == "epoch" { return "\(epoch)" }
      return names.firstIndex(of: name).flatMap { values.indices.contains($0) ? "\(values[$0])" : nil } ?? "NA"
    }
    let header = needsHeader ? line(known) : ""
    (columns, needsHeader, isFirst) = (known, false, false)
    return header + line(fields)
  }

  private func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: separator) + lineEnd }

  private func quoted(_ field: String) -> String {
    let isPlain = !field.unicodeScalars.contains { $0 == "\"" || $0 == "\r" || $0 == "\n" || separator.unicodeScalars.contains($0) }
    if isPlain { return field }
    return "\"" + field.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }

  /// The fields of a line, quoted ones included.
  private static func fields(of line: String, _ separator: String) -> [String] {
    var fields: [String] = [], field = "", isQuoted = false
    var rest = Substring(line).unicodeScalars
    while let next = rest.popFirst() {
      if next == "\"" {
        if isQuoted, rest.first == "\"" {
          field.unicodeScalars.append(next)
          rest.removeFirst()
        } else {
          isQuoted.toggle()
        }
      } else if !isQuoted, String(next) == separator {
        fields.append(field)
        field = ""
      } else if isQuoted || next != "\r" && next != "\n" {
        field.unicodeScalars.append(next)
      }
    }
    return line.isEmpty ? [] : fields + [field]
  }
}

/// Writes each epoch's values as a line of text. `write` is called with whole lines; the caller writes the file.
package struct CSVLogger {
  package var lines: CSVLines
  package var write: (String) throws(UnrollError) -> Void
  package init(_ lines: CSVLines = CSVLines(), write: @escaping (String) throws(UnrollError) -> Void) {
    self.lines = lines
    self.write = write
  }
}
