import CUnroll
import KerasFormat
import Unroll

@_cdecl("unroll_csv_log_create") @implementation
public func unroll_csv_log_create(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<unroll_csv_log_options>?,
  _ log: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let log = try resultPointer(log, "log")
    let options = try read(options, "options")
    let separator = try separator(options.separator)
    let later = try readTexts(options.later_names, options.later_name_count, "options->later_names")
    let file = try TextLog(path: try readPath(path), append: options.append != 0)
    log.pointee = handOut(CSVLogHandle(file, CSVLines(separator: separator, after: try file.firstLine()), later: later))
  }
}

private func separator(_ pointer: UnsafePointer<CChar>?) throws(UnrollError) -> String {
  guard pointer != nil else { return "," }
  let text = try readText(pointer, "options->separator"), only = text.utf8.first ?? 0
  guard text.utf8.count == 1, only < 0x80, !"\"\r\n".utf8.contains(only) else {
    throw UnrollError(.invalidArgument, "options->separator must be one ASCII character, no quote or line feed, found \"\(text)\"")
  }
  return text
}

@_cdecl("unroll_csv_log_add_epoch") @implementation
public func unroll_csv_log_add_epoch(
  _ log: OpaquePointer?, _ epoch: Int, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
  _ values: UnsafePointer<Double>?, _ count: Int
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(log, CSVLogHandle.self, "log")
    let ticket = try handle.use.beginChanging("log")
    defer { handle.use.end(ticket) }
    var lines = handle.lines
    let text = try lines.lines(
      epoch: try checkedCount(epoch, "epoch", from: 0), names: try readTexts(names, count, "names"),
      values: try elements(values, count, "values"), later: handle.later)
    try handle.file.write(text)
    handle.lines = lines
  }
}

@_cdecl("unroll_csv_log_destroy") @implementation
public func unroll_csv_log_destroy(_ log: OpaquePointer?) {
  release(log, CSVLogHandle.self)
}
