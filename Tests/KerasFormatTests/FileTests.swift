import Glibc
import Testing
import Unroll

@testable import KerasFormat

@Suite struct FileTests {
  @Test func aSaveReplacesTheWholeFile() throws {
    let scratch = ScratchDirectory()
    let path = scratch.file("model.h5")
    try writeAtomically([1, 2, 3], to: path)
    try writeAtomically([4], to: path)
    #expect(try readFile(path) == [4])
    #expect(scratch.names == ["model.h5"])
  }

  @Test func aFailedSaveLeavesTheOldFileAndNothingElse() throws {
    let scratch = ScratchDirectory()
    let path = scratch.file("model.h5")
    try writeAtomically([1, 2, 3], to: path)
    var old = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    signal(SIGXFSZ, SIG_IGN)
    // Other tests save at the same time, in this process, but nothing as large.
    let most = 1 << 25
    var small = rlimit(rlim_cur: rlim_t(most), rlim_max: old.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
    #expect(throws: UnrollError.self) { try writeAtomically([UInt8](repeating: 9, count: most + 100), to: path) }
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    #expect(try readFile(path) == [1, 2, 3])
    #expect(scratch.names == ["model.h5"])
  }

  @Test func aLinkIsWrittenThrough() throws {
    let scratch = ScratchDirectory()
    try writeAtomically([1], to: scratch.file("real.h5"))
    symlink(scratch.file("real.h5"), scratch.file("link.h5"))
    try writeAtomically([2], to: scratch.file("link.h5"))
    #expect(try readFile(scratch.file("real.h5")) == [2])
  }

  @Test func modelsNestedAsDeeplyAsAConfigurationAllowsComeBack() throws {
    var layers = #"{"class_name": "LSTM", "config": {"name": "l", "units": 2}}"#
    for depth in 0..<36 {
      layers = #"{"class_name": "Sequential", "config": {"name": "s\#(depth)", "layers": [\#(layers)]}}"#
    }
    let model = try ModelFile.modelFromJSON(
      #"{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": {"batch_shape": [null, 4, 3], "name": "i"}}, \#(layers)]}}"#
    )
    let scratch = ScratchDirectory()
    for format in [FileFormat.h5, .keras] {
      try ModelFile.save(model, path: scratch.file("m"), format: format)
      let again = try ModelFile.load(path: scratch.file("m"))
      #expect(try parameterValues(again) == parameterValues(model))
    }
  }

  @Test func messagesSayWhatIsWrong() {
    let scratch = ScratchDirectory()
    #expect(throws: UnrollError(.io, "cannot open \(scratch.file("none")): No such file or directory", systemError: ENOENT)) {
      try ByteSource(path: scratch.file("none"))
    }
    #expect(throws: UnrollError(.io, "cannot save to \(scratch.path): it is a directory", systemError: EISDIR)) {
      try writeAtomically([1], to: scratch.path)
    }
    #expect(throws: UnrollError(.io, "cannot save to \(scratch.file("none/x.h5")): No such file or directory", systemError: ENOENT)) {
      try writeAtomically([1], to: scratch.file("none/x.h5"))
    }
    #expect(throws: UnrollError.self) { try ByteSource(path: scratch.path) }
    #expect(throws: UnrollError.self) { try ByteSource(path: "") }
  }
}
