import Glibc
import Testing
import Unroll

@testable import KerasFormat

@Suite struct SavingTests {
  @Test func aDanglingLinkGetsItsTarget() throws {
    let scratch = ScratchDirectory()
    symlink("real.h5", scratch.file("link.h5"))
    symlink(scratch.file("link.h5"), scratch.file("outer.h5"))
    try writeAtomically([7], to: scratch.file("outer.h5"))
    #expect(try readFile(scratch.file("real.h5")) == [7])
    #expect(scratch.names == ["link.h5", "outer.h5", "real.h5"])
    var status = stat()
    lstat(scratch.file("outer.h5"), &status)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test func linksInACircleAreAnError() throws {
    let scratch = ScratchDirectory()
    symlink("b", scratch.file("a"))
    symlink("a", scratch.file("b"))
    let error = try #require(throws: UnrollError.self) { try writeAtomically([7], to: scratch.file("a")) }
    #expect(error.message.contains("Too many levels of symbolic links"))
    #expect(scratch.names == ["a", "b"])
  }

  @Test func namesOf255BytesAreSavedOverToo() throws {
    let scratch = ScratchDirectory()
    let name = String(repeating: "n", count: 252) + ".h5"
    for byte: UInt8 in [1, 2, 3] {
      try writeAtomically([byte], to: scratch.file(name))
      #expect(try readFile(scratch.file(name)) == [byte])
    }
    #expect(scratch.names == [name])
    #expect(throws: UnrollError.self) { try writeAtomically([1], to: scratch.file(name + "x")) }
    #expect(scratch.names == [name])
  }

  @Test func namesThatAreNotUTF8AreSavedAndOpened() throws {
    let scratch = ScratchDirectory()
    let path = FilePath(bytes: Array(scratch.path.utf8) + [0x2F, 0xFF, 0x6D, 0xE9] + Array(".keras".utf8))
    let model = try ModelFile.load(path: "\(fixtures)/keras3/lstm.h5")
    try ModelFile.save(model, path: path)
    #expect(try parameterValues(try ModelFile.load(path: path)) == parameterValues(model))
    #expect(path.withCString { access($0, F_OK) } == 0)
    #expect(path.withCString { unlink($0) } == 0)
  }

  @Test func theModeOfAnOverwrittenFileStays() throws {
    let scratch = ScratchDirectory()
    let path = scratch.file("m.h5")
    try writeAtomically([1], to: path)
    for mode: mode_t in [0o640, 0o600, 0o666] {
      chmod(path, mode)
      try writeAtomically([2], to: path)
      var status = stat()
      stat(path, &status)
      #expect(status.st_mode & 0o7777 == mode)
    }
  }

  @Test func aNewFileHasTheModeThatTheMaskLeaves() throws {
    let scratch = ScratchDirectory()
    let mask = umask(0)
    umask(mask)
    try writeAtomically([1], to: scratch.file("m.h5"))
    var status = stat()
    stat(scratch.file("m.h5"), &status)
    #expect(status.st_mode & 0o7777 == 0o666 & ~mask)
  }

  @Test func aRefusedSaveLeavesNothing() throws {
    let scratch = ScratchDirectory()
    let model = try ModelFile.load(path: "\(fixtures)/keras3/lstm.h5")
    for (name, format) in [("m.txt", FileFormat.automatic), ("m.weights.h5", .automatic), ("m.h5", .weightsH5)] {
      #expect(try #require(throws: UnrollError.self) { try ModelFile.save(model, path: scratch.file(name), format: format) }.code == .invalidArgument)
    }
    #expect(scratch.names.isEmpty)
  }

  /// A directory in which files can be made need not be readable.
  @Test func aDirectoryThatCannotBeReadIsSavedInto() throws {
    let scratch = ScratchDirectory()
    chmod(scratch.path, 0o300)
    try writeAtomically([1], to: scratch.file("m.h5"))
    try writeAtomically([2], to: scratch.file("m.h5"))
    chmod(scratch.path, 0o700)
    #expect(scratch.names == ["m.h5"])
  }
}
